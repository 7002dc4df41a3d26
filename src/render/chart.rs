//! Bars and sparklines of letters. Where a terminal has no block letters, plain ones say the same.

use super::Canvas;

/// A bar as long as its share of `width` cells, in steps of an eighth of a cell; of `#` in plain letters. What is more
/// than nothing is never drawn as nothing. `share` is in thousandths of the longest bar.
pub(super) fn bar(share: u16, width: usize, canvas: Canvas) -> String {
    const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let share = usize::from(share.min(1000));
    if share == 0 || width == 0 {
        return String::new();
    }
    if canvas.ascii {
        return "#".repeat((share * width + 500).div_euclid(1000).max(1));
    }
    let eighths = ((share * width * 8 + 500) / 1000).max(1);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = PARTS.get(eighths % 8).filter(|part| **part != ' ') {
        bar.push(*part);
    }
    bar
}

/// A letter for each value, as high as it is beside the highest; nothing and less is the lowest. Where there are more
/// values than `width`, neighbours are added up.
pub(super) fn sparkline(values: &[i64], width: usize, canvas: Canvas) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const PLAIN: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];
    let letters = if canvas.ascii { PLAIN } else { BLOCKS };
    let together = values.len().div_ceil(width.max(1)).max(1);
    let values: Vec<u128> = values
        .chunks(together)
        .map(|chunk| chunk.iter().map(|value| u128::from((*value).max(0).unsigned_abs())).sum())
        .collect();
    let highest = values.iter().copied().max().unwrap_or(0);
    let level = |value: u128| match value {
        0 => 0,
        // What is more than nothing stands above the lowest letter.
        value => usize::try_from((value * 7).div_ceil(highest.max(1))).unwrap_or(7),
    };
    values.into_iter().map(|value| letters.get(level(value)).copied().unwrap_or(' ')).collect()
}

/// `value` in thousandths of `most`, rounded half up; 0 for nothing and less, 1000 for `most` and more.
pub fn thousandths(value: i64, most: i64) -> u16 {
    if value <= 0 || most <= 0 {
        return 0;
    }
    let (value, most) = (i128::from(value), i128::from(most));
    u16::try_from(((value * 2000 + most) / (most * 2)).min(1000)).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCKS: Canvas = Canvas { width: 80, colour: false, ascii: false };
    const PLAIN: Canvas = Canvas { width: 80, colour: false, ascii: true };

    #[track_caller]
    fn check(share: u16, blocks: &str, plain: &str) {
        assert_eq!((bar(share, 10, BLOCKS).as_str(), bar(share, 10, PLAIN).as_str()), (blocks, plain));
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        check(1000, "██████████", "##########");
        check(500, "█████", "#####");
        check(250, "██▌", "###");
        check(0, "", "");
    }

    #[test]
    fn what_is_more_than_nothing_is_seen() {
        check(1, "▏", "#");
        assert_eq!(sparkline(&[0, 1, 1_000_000], 10, BLOCKS), "▁▂█");
    }

    #[test]
    fn a_sparkline_has_a_letter_for_each_value_as_far_as_there_is_room() {
        assert_eq!(sparkline(&[0, 1, 2, 3, 4, 5, 6, 7], 8, BLOCKS), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[0, 1, 2, 3, 4, 5, 6, 7], 8, PLAIN), "_.:-=+*#");
        // 0+1, 2+3, 4+5, 6+7
        assert_eq!(sparkline(&[0, 1, 2, 3, 4, 5, 6, 7], 4, BLOCKS), "▂▄▆█");
        assert_eq!(sparkline(&[0, 0, -5], 8, BLOCKS), "▁▁▁");
        assert_eq!(sparkline(&[], 8, BLOCKS), "");
    }

    #[test]
    fn shares_are_rounded_half_up_and_keep_within_their_bounds() {
        assert_eq!(thousandths(1, 3), 333);
        assert_eq!(thousandths(1, 2000), 1);
        assert_eq!(thousandths(5, 3), 1000);
        assert_eq!(thousandths(-1, 3), 0);
        assert_eq!(thousandths(1, 0), 0);
        assert_eq!(thousandths(i64::MAX, i64::MAX), 1000);
    }
}
