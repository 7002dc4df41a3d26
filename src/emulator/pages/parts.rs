//! What pages are put together from.

use serde_json::Value;

use super::html::{Element, classed, element};

/// A field that a person fills in, with its label and what was wrong with it.
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    /// The browser's name for what goes here, so that it can fill it in.
    pub autocomplete: &'a str,
    /// `text`, `email`, `tel` …
    pub kind: &'a str,
    pub placeholder: &'a str,
    pub value: &'a str,
    pub required: bool,
    /// Whether it takes digits only, so that phones show digits.
    pub digits: bool,
}

/// What was refused, and why: the field's name and the message.
#[derive(Debug, Clone, Default)]
pub struct Wrong {
    pub field: Option<String>,
    pub message: String,
}

impl Wrong {
    /// What a refused request says.
    pub fn read(answer: &Value) -> Wrong {
        let error = &answer["error"];
        let field = error["param"].as_str().map(|param| match param {
            "card[number]" => "number",
            "card[exp_month]" | "card[exp_year]" => "expiry",
            other => other,
        });
        Wrong {
            field: field.map(str::to_owned),
            message: error["message"].as_str().unwrap_or("Something went wrong. Try again.").to_owned(),
        }
    }

    fn of(&self, name: &str) -> Option<&str> {
        (self.field.as_deref() == Some(name)).then_some(self.message.as_str())
    }
}

impl Field<'_> {
    pub const PLAIN: Field<'static> = Field {
        name: "",
        label: "",
        autocomplete: "off",
        kind: "text",
        placeholder: "",
        value: "",
        required: true,
        digits: false,
    };

    pub fn shown(&self, wrong: &Wrong) -> Element {
        let id = id_of(self.name);
        let mut input = element("input")
            .with("id", &id)
            .with("name", self.name)
            .with("type", self.kind)
            .with("autocomplete", self.autocomplete)
            .with("value", self.value)
            .flag("required", self.required);
        if !self.placeholder.is_empty() {
            input = input.with("placeholder", self.placeholder);
        }
        if self.digits {
            input = input.with("inputmode", "numeric");
        }
        labelled(self.name, self.label, input, wrong)
    }
}

/// A control under its label, and above what was wrong with it.
pub fn labelled(name: &str, label: &str, mut control: Element, wrong: &Wrong) -> Element {
    let id = id_of(name);
    let told = wrong.of(name).map(|message| {
        classed("p", "error").with("id", format!("{id}-error")).with("role", "alert").text(message)
    });
    if told.is_some() {
        control = control
            .with("aria-invalid", "true")
            .with("aria-describedby", format!("{id}-error"))
            .flag("autofocus", true);
    }
    classed("div", "field").add(element("label").with("for", &id).text(label)).add(control).all(told)
}

/// An id without characters that have a meaning in selectors: `custom[size]` is `custom-size`.
pub fn id_of(name: &str) -> String {
    name.trim_end_matches(']').replace(['[', ']'], "-")
}

/// What went wrong, where no field is to blame, or none of the fields in `shown`.
pub fn complaint(wrong: &Wrong, shown: &[&str]) -> Option<Element> {
    let is_told = wrong.field.as_deref().is_some_and(|field| shown.contains(&field));
    (!wrong.message.is_empty() && !is_told)
        .then(|| classed("p", "note bad").with("role", "alert").text(&wrong.message))
}

/// A form that is posted.
pub fn form(action: &str) -> Element {
    element("form").with("method", "post").with("action", action)
}

/// A value that goes along without being seen.
pub fn hidden(name: &str, value: &str) -> Element {
    element("input").with("type", "hidden").with("name", name).with("value", value)
}

/// A button that posts its form.
pub fn submit(class: &'static str, text: &str) -> Element {
    classed("button", class).with("type", "submit").text(text)
}

/// A link to an address of the application's own; nothing but the web is linked to.
pub fn link(class: &'static str, url: &str, text: &str) -> Option<Element> {
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    is_web.then(|| classed("a", class).with("href", url).text(text))
}

/// Says that no money is moved.
pub fn badge() -> Element {
    classed("span", "badge").text("TEST MODE")
}

/// A text of an object, or nothing.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
