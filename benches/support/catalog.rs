//! Billing files of any size.

use std::path::Path;

use super::emulator::Emulator;

/// How much a catalog has.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub products: usize,
    pub prices_per_product: usize,
}

impl Size {
    pub fn prices(self) -> usize {
        self.products * self.prices_per_product
    }
}

/// The requests a second that a profile says its account takes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub per_second: u64,
    pub per_endpoint: u64,
}

/// Writes `billing.toml`: products that each have so many monthly prices.
///
/// # Errors
/// If it cannot be written.
pub fn write(folder: &Path, size: Size, profile: &str) -> anyhow::Result<()> {
    let mut text = format!("[project]\nname = \"figures\"\n\n{profile}\n");
    for product in 0..size.products {
        text.push_str(&format!("[products.p{product:05}]\nname = \"Product {product}\"\n"));
        for price in 0..size.prices_per_product {
            let (euros, cents) = (product % 97 + 1, price % 100);
            text.push_str(&format!(
                "[products.p{product:05}.prices.m{price}]\namount = \"{euros}.{cents:02} eur\"\nevery = \"month\"\n"
            ));
        }
    }
    fs_err::write(folder.join("billing.toml"), text)?;
    Ok(())
}

/// A profile called `remote`: an emulator that billctl takes for a Stripe account somewhere.
pub fn remote(emulator: &Emulator, pace: Option<Pace>) -> String {
    let limits = pace.map(|Pace { per_second, per_endpoint }| {
        format!("rate_limits = {{ per_second = {per_second}, per_endpoint = {per_endpoint} }}\n")
    });
    format!("[profiles.remote]\nbase_url = \"{}\"\n{}", emulator.base_url, limits.unwrap_or_default())
}
