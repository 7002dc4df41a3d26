//! How an endpoint declares its parameters. [`super::check`] applies it.

/// The largest amount in minor units that the emulator takes: twelve digits, which is the most that Stripe
/// documents for any currency. (Charges in most currencies stop at eight digits; prices are not charges.)
pub const MAX_AMOUNT: i64 = 999_999_999_999;

/// Stripe's default limit for text.
pub const TEXT: Type = Type::Text { max: 5000 };
/// An amount in minor units, not negative.
pub const AMOUNT: Type = Type::Integer { min: 0, max: MAX_AMOUNT };
/// A whole number from 1 on.
pub const COUNT: Type = Type::Integer { min: 1, max: i32::MAX as i64 };
/// The id of an object of ours.
pub const ID: Type = Type::Text { max: 5000 };

/// What a parameter's value must be.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `true` or `false`.
    Flag,
    Integer {
        min: i64,
        max: i64,
    },
    /// Seconds since 1970.
    Time,
    /// Seconds since 1970, or one of these words.
    TimeOr(&'static [&'static str]),
    /// Text of at most so many characters.
    Text {
        max: usize,
    },
    /// An absolute http or https URL.
    Url,
    /// A decimal ≥ 0 of at most twelve places, kept as text in its shortest form.
    Decimal,
    /// A decimal number from 0 to 100, kept as a JSON number.
    Percent,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A lowercase or uppercase ISO 4217 code.
    Currency,
    /// A tier's end: a whole number or `inf`.
    UpTo,
    /// A time, or bounds `gt`, `gte`, `lt`, `lte`.
    Range,
    /// Text by text, with Stripe's limits; an empty value unsets its key, an empty text all of them.
    Metadata,
    /// Text by text, at least one.
    Texts,
    List {
        of: &'static Type,
        max: usize,
    },
    Object(&'static [Param]),
    /// The id of an object of ours, or what makes one.
    IdOr(&'static [Param]),
    /// Objects by currency code.
    ByCurrency(&'static [Param]),
}

/// One parameter of an endpoint or of an object.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
    /// Whether the empty text unsets the value.
    pub emptyable: bool,
    /// Removed from the pinned API version, and taken only from callers that don't ask for it.
    pub removed: bool,
}

/// A parameter that must be given.
pub const fn required(name: &'static str, kind: Type) -> Param {
    Param { name, kind, required: true, emptyable: false, removed: false }
}

/// A parameter that may be left out.
pub const fn optional(name: &'static str, kind: Type) -> Param {
    Param { name, kind, required: false, emptyable: false, removed: false }
}

/// A parameter that may be left out, and unset with the empty text.
pub const fn emptyable(name: &'static str, kind: Type) -> Param {
    Param { name, kind, required: false, emptyable: true, removed: false }
}

/// A parameter of older API versions.
pub const fn removed(name: &'static str, kind: Type) -> Param {
    Param { name, kind, required: false, emptyable: true, removed: true }
}

/// `expand[]`, which every endpoint takes but those that delete.
pub const EXPAND: Param = optional("expand", Type::List { of: &TEXT, max: 100 });

/// What every list takes.
pub const PAGE: &[Param] = &[
    optional("limit", Type::Integer { min: 1, max: 100 }),
    optional("starting_after", ID),
    optional("ending_before", ID),
];

/// What every search takes.
pub const SEARCH: &[Param] =
    &[required("query", TEXT), optional("limit", Type::Integer { min: 1, max: 100 }), optional("page", TEXT)];
