//! A text as a QR code.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

/// Draws a QR code with half blocks, light on dark as most terminals are; none for a text that is too long for one.
pub fn qr_code(text: &str) -> Option<String> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}
