//! Medians, spreads and ratios. Whole numbers throughout: no benchmark needs more than three digits.

use std::time::Duration;

/// What several runs measured, in order.
#[derive(Debug, Clone, Default)]
pub struct Sample(Vec<u64>);

impl Sample {
    pub fn add(&mut self, value: u64) {
        let place = self.0.partition_point(|other| *other < value);
        self.0.insert(place, value);
    }

    /// Adds a time, in microseconds.
    pub fn add_time(&mut self, time: Duration) {
        self.add(micros(time));
    }

    pub fn median(&self) -> u64 {
        self.percentile(50)
    }

    /// The value that so many percent of the sample do not exceed; 0 of an empty sample.
    pub fn percentile(&self, percent: usize) -> u64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * percent / 100).copied().unwrap_or_default()
    }

    pub fn min(&self) -> u64 {
        self.percentile(0)
    }

    pub fn max(&self) -> u64 {
        self.percentile(100)
    }

    /// `median (min–max)`.
    pub fn show(&self, unit: fn(u64) -> String) -> String {
        if self.0.len() < 2 {
            return unit(self.median());
        }
        format!("{} ({}–{})", unit(self.median()), unit(self.min()), unit(self.max()))
    }
}

pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Microseconds as `9.6 ms` or `10.42 s`.
pub fn time(micros: u64) -> String {
    match micros {
        0..1_000_000 => format!("{} ms", tenths(micros, 1_000)),
        _ => format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000),
    }
}

/// Kibibytes as `7.4 MiB`.
pub fn memory(kib: u64) -> String {
    format!("{} MiB", tenths(kib, 1024))
}

/// Bytes as `7.4 MiB`.
pub fn bytes(bytes: u64) -> String {
    memory(bytes / 1024)
}

pub fn rate(per_second: u64) -> String {
    format!("{per_second}/s")
}

/// How many there are of something in a second.
pub fn per_second(count: u64, time: Duration) -> u64 {
    count.saturating_mul(1_000_000) / micros(time).max(1)
}

/// How many times `small` goes into `large`: `12.5x`.
pub fn times(large: u64, small: u64) -> String {
    format!("{}x", tenths(large, small))
}

/// One number over another with one place, rounded half up.
pub fn tenths(number: u64, divisor: u64) -> String {
    let divisor = divisor.max(1);
    let tenths = (number.saturating_mul(10) + divisor / 2) / divisor;
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl From<Vec<u64>> for Sample {
    fn from(mut values: Vec<u64>) -> Sample {
        values.sort_unstable();
        Sample(values)
    }
}
