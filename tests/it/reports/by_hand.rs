//! A small fixture whose figures are worked out here.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{NOW, record};
use crate::support::Shop;

const PLANS: &str = r#"
[project]
name = "studio"

[products.free]
default_plan = true
limits.posts = { max = 4, per = "month" }
limits.spending = { max = "1.00 usd", per = "month" }

[products.pro]
name = "Pro"
rank = 1
limits.posts = { max = 100, per = "period" }
[products.pro.prices.monthly]
amount = "9.00 usd"
every = "month"
"#;

/// Posts in October: 6 of u_1 and 2 of u_2, the latter in the last half hour: in Berlin that is November.
/// Posts in November: 3 + 1 of u_1; 4 - 1 of u_2. Spending in November: 0.80 and 0.20 USD.
fn studio() -> Shop {
    let mut shop = Shop::new();
    shop.write("billing.toml", PLANS);
    shop.set("BILLCTL_NOW", NOW);
    record(
        &shop,
        &[
            ("u_1", "posts", 6, "2026-10-05T12:00:00Z", Some("writer")),
            ("u_2", "posts", 2, "2026-10-31T23:30:00Z", None),
            ("u_1", "posts", 3, "2026-11-02T10:00:00Z", Some("writer")),
            ("u_1", "posts", 1, "2026-11-02T11:00:00Z", Some("editor")),
            ("u_2", "posts", 4, "2026-11-09T00:00:00Z", None),
            ("u_2", "posts", -1, "2026-11-09T00:00:00Z", None),
            ("u_2", "spending", 80, "2026-11-03T00:00:00Z", Some("writer")),
            ("u_1", "spending", 20, "2026-11-10T00:00:00Z", Some("editor")),
        ],
    );
    shop
}

/// The lines of a report: the group, the quantity (minor units where it is money), share, time before, change, forecast.
fn told(shop: &Shop, line: &str, group: &str) -> Vec<[Value; 6]> {
    let document = shop.billctl(&format!("report usage {line} -o json")).exits(0).json();
    let amount = |value: &Value| value.get("amount").unwrap_or(value).clone();
    document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            [
                line[group].clone(),
                amount(&line["quantity"]),
                line["share_percent"].clone(),
                amount(&line["before"]),
                line["change_percent"].clone(),
                amount(&line["forecast"]),
            ]
        })
        .collect()
}

#[test]
fn all_of_a_metric_its_forecast_and_the_month_before() {
    let shop = studio();
    // Posts: 3 + 1 + 4 - 1 = 7 in 15 of 30 days, so 14 by the end; 6 + 2 = 8 before; 14 is 6/8 more.
    // Spending: 1.00, so 2.00 by the end; nothing before, so no change.
    assert_eq!(
        told(&shop, "", "metric"),
        [
            [json!("posts"), json!(7), json!(100.0), json!(8), json!(75.0), json!(14)],
            [json!("spending"), json!(100), json!(100.0), json!(0), json!(null), json!(200)],
        ]
    );
    assert_snapshot!(shop.billctl("report usage"), @"
    Usage by metric
    2026-11-01 to 2026-12-01 (UTC)

    metric        used  records  forecast    before   change  over time
    posts            7        4        14         8  +75.0 %  ▁█▁▁▁▁▁▁▇▁▁▁▁▁▁
    spending  1.00 USD        2  2.00 USD  0.00 USD           ▁▁█▁▁▁▁▁▁▃▁▁▁▁▁

    The time is not over: changes are those of the forecast
    [exit 0]
    ");
    // A month that is over has no forecast: 8, and nothing in September.
    let october = told(&shop, "--from 2026-10-01 --to 2026-11-01", "metric");
    assert_eq!(october, [[json!("posts"), json!(8), json!(100.0), json!(0), json!(null), json!(null)]]);
}

#[test]
fn by_subject_the_most_first() {
    let shop = studio();
    // 4 of 7 and 3 of 7; 8 against 6 is a third more; 6 against 2 is twice as much more.
    assert_eq!(
        told(&shop, "--by subject --metric posts", "subject"),
        [
            [json!("u_1"), json!(4), json!(57.1), json!(6), json!(33.3), json!(8)],
            [json!("u_2"), json!(3), json!(42.9), json!(2), json!(200.0), json!(6)],
        ]
    );
    assert_snapshot!(shop.billctl("report usage --by subject"), @"
    Usage by subject
    2026-11-01 to 2026-12-01 (UTC)

    posts            7  14 by the end, +75.0 % against 8 before
    spending  1.00 USD  2.00 USD by the end

    posts
    subject  used   share                                  before    change
    u_1         4  57.1 %  ██████████████████████████████       6   +33.3 %
    u_2         3  42.9 %  ██████████████████████▌              2  +200.0 %

    spending
    subject      used   share                                    before  change
    u_2      0.80 USD  80.0 %  ██████████████████████████████  0.00 USD
    u_1      0.20 USD  20.0 %  ███████▌                        0.00 USD

    The time is not over: changes are those of the forecast
    [exit 0]
    ");
}

#[test]
fn by_the_agent_that_used_it() {
    let shop = studio();
    // u_2's 4 - 1 have no agent. Before: 6 by the writer, 2 by none.
    assert_eq!(
        told(&shop, "--by agent --metric posts", "agent"),
        [
            [json!("writer"), json!(3), json!(42.9), json!(6), json!(0.0), json!(6)],
            [json!(null), json!(3), json!(42.9), json!(2), json!(200.0), json!(6)],
            [json!("editor"), json!(1), json!(14.3), json!(0), json!(null), json!(2)],
        ]
    );
    assert_snapshot!(shop.billctl("report usage --by agent --metric spending"), @"
    Usage by agent
    2026-11-01 to 2026-12-01 (UTC)
    metric: spending

    spending  1.00 USD  2.00 USD by the end

    spending by agent
    agent       used   share                                    before  change
    writer  0.80 USD  80.0 %  ██████████████████████████████  0.00 USD
    editor  0.20 USD  20.0 %  ███████▌                        0.00 USD

    The time is not over: changes are those of the forecast
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("report usage --by agnet --subject u_1 --metric posts"), @"
    Usage by agnet
    2026-11-01 to 2026-12-01 (UTC)
    subject: u_1
    metric: posts

    posts  4  8 by the end, +33.3 % against 6 before

    posts by agnet
    agnet   used    share                                  before   change
    (none)     4  100.0 %  ██████████████████████████████       6  +33.3 %

    The time is not over: changes are those of the forecast
    [stderr]
    warning: No record has a dimension `agnet`; records of this time have agent
    [exit 0]
    ");
}

#[test]
fn by_day_week_and_month_up_to_now() {
    let shop = studio();
    let quantities = |by: &str, more: &str| -> Vec<(String, i64)> {
        told(&shop, &format!("--metric posts --by {by} {more}"), by)
            .into_iter()
            .map(|[group, quantity, ..]| (group.as_str().unwrap().to_owned(), quantity.as_i64().unwrap()))
            .collect()
    };
    let days = quantities("day", "");
    assert_eq!(days.len(), 15);
    let used: Vec<_> = days.into_iter().filter(|(_, quantity)| *quantity != 0).collect();
    assert_eq!(used, [("2026-11-02".to_owned(), 4), ("2026-11-09".to_owned(), 3)]);
    let named = |expected: &[(&str, i64)]| -> Vec<(String, i64)> {
        expected.iter().map(|(name, quantity)| ((*name).to_owned(), *quantity)).collect()
    };
    // The 1st is a Sunday, and the 16th a Monday that has just begun.
    assert_eq!(quantities("week", ""), named(&[("2026-11-01", 0), ("2026-11-02", 4), ("2026-11-09", 3)]));
    assert_eq!(quantities("month", "--from 2026-10-01"), named(&[("2026-10", 8), ("2026-11", 7)]));
    // In Berlin the last half hour of October is of November: 7 + 2.
    assert_eq!(
        quantities("month", "--from 2026-10-01 --timezone Europe/Berlin"),
        named(&[("2026-10", 6), ("2026-11", 9)])
    );
    assert_eq!(
        quantities("month", "--from 2026-10-01 --subject u_2"),
        named(&[("2026-10", 2), ("2026-11", 3)])
    );
    assert_snapshot!(shop.billctl("report usage --by week --metric posts"), @"
    Usage by week
    2026-11-01 to 2026-12-01 (UTC)
    metric: posts

    posts  7  14 by the end, +75.0 % against 8 before

    posts by week
    week        used   share
    2026-11-01     0   0.0 %
    2026-11-02     4  57.1 %  ██████████████████████████████
    2026-11-09     3  42.9 %  ██████████████████████▌

    The time is not over: changes are those of the forecast
    [exit 0]
    ");
}

#[test]
fn the_time_zone_is_that_of_the_billing_file_or_of_the_flag() {
    let shop = studio();
    shop.write("billing.toml", format!("{PLANS}\n[reports]\ntime_zone = \"Europe/Berlin\"\n"));
    let document = shop.billctl("report usage -o json").exits(0).json();
    assert_eq!(
        (&document["from"], &document["to"], &document["time_zone"], &document["totals"][0]["quantity"]),
        (&json!("2026-10-31T23:00:00Z"), &json!("2026-11-30T23:00:00Z"), &json!("Europe/Berlin"), &json!(9))
    );
    let utc = shop.billctl("report usage --timezone UTC -o json").exits(0).json();
    assert_eq!(utc["totals"][0]["quantity"], json!(7));
    assert_snapshot!(shop.billctl("report usage --timezone Europe/Atlantis"), @"
    [stderr]
    error: There is no time zone `Europe/Atlantis`
    hint: Name it as the IANA does, such as Europe/Berlin or America/New_York, or UTC
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("report usage --from 2026-12-01"), @"
    [stderr]
    error: Nothing lies from 2026-11-30T23:00:00Z on and before 2026-11-30T23:00:00Z
    hint: Give an earlier `--from` or a later `--to`
    [exit 2]
    ");
    shop.write("billing.toml", format!("{PLANS}\n[reports]\ntime_zone = \"Berlin\"\n"));
    assert_snapshot!(shop.billctl("report usage"), @r#"
    [stderr]
    error: there is no time zone `Berlin`
      --> billing.toml:19:13
       |
    19 | time_zone = "Berlin"
       |             ^^^^^^^^
       |
       = hint: Known time zones: `Africa/Abidjan`, `Africa/Accra`, `Africa/Addis_Ababa`, `Africa/Algiers`, `Africa/Asmara`, `Africa/Asmera`, `Africa/Bamako`, `Africa/Bangui`, `Africa/Banjul`, `Africa/Bissau`, `Africa/Blantyre`, `Africa/Brazzaville`, `Africa/Bujumbura`, `Africa/Cairo`, `Africa/Casablanca`, `Africa/Ceuta`, `Africa/Conakry`, `Africa/Dakar`, `Africa/Dar_es_Salaam`, `Africa/Djibouti`, `Africa/Douala`, `Africa/El_Aaiun`, `Africa/Freetown`, `Africa/Gaborone` and 574 more

    error: 1 problem in billing.toml
    [exit 2]
    "#);
}

#[test]
fn who_has_used_most_of_a_limit() {
    let shop = studio();
    // Posts: 4 and 3 of 4. Spending: 0.20 and 0.80 of 1.00.
    let document = shop.billctl("report usage --over 80 -o json").exits(0).json();
    let named: Vec<_> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["subject"].clone(), line["metric"].clone(), line["used_percent"].clone()))
        .collect();
    assert_eq!(
        named,
        [(json!("u_1"), json!("posts"), json!(100.0)), (json!("u_2"), json!("spending"), json!(80.0))]
    );
    assert_snapshot!(shop.billctl("report usage --over 80"), @"
    Who has used 80 % of a limit or more

    subject  metric    plan      used  limit         share  free again
    u_1      posts     free         4  4 a month   100.0 %  2026-12-01T00:00:00Z
    u_2      spending  free  0.80 USD  1.00 USD a   80.0 %  2026-12-01T00:00:00Z
                                       month
    [exit 0]
    ");
    assert_eq!(
        shop.billctl("report usage --over 75 --metric posts -o jsonl").exits(0).stdout.lines().count(),
        2
    );
    assert_eq!(shop.billctl("report usage --over 101 -o json").exits(0).json()["count"], 0);
    // By December all of it is free again.
    let mut shop = shop;
    shop.set("BILLCTL_NOW", "2026-12-01T00:00:00Z");
    assert_eq!(shop.billctl("report usage --over 1 -o json").exits(0).json()["count"], 0);
}

#[test]
fn each_figure_is_explained_by_its_records() {
    let shop = studio();
    let keys = |line: &str| -> Vec<String> {
        let document = shop.billctl(&format!("report usage {line} -o json")).exits(0).json();
        let records = document["records"].as_array().unwrap();
        assert_eq!(document["count"], records.len());
        records.iter().map(|record| record["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys("--explain"), ["r2", "r3", "r6", "r4", "r5", "r7"]);
    assert_eq!(keys("--metric posts --explain"), ["r2", "r3", "r4", "r5"]);
    assert_eq!(keys("--explain spending"), ["r6", "r7"]);
    assert_eq!(keys("--by subject --explain u_1"), ["r2", "r3", "r7"]);
    assert_eq!(keys("--by agent --explain writer"), ["r2", "r6"]);
    assert_eq!(keys("--by agent --metric posts --explain (none)"), ["r4", "r5"]);
    assert_eq!(keys("--by day --explain 2026-11-09"), ["r4", "r5"]);
    assert_eq!(keys("--by plan --plan free --explain free"), ["r2", "r3", "r6", "r4", "r5", "r7"]);
    assert_snapshot!(shop.billctl("report usage --by agent --explain writer"), @"
    at                    subject  metric        used  key  dimensions
    2026-11-02T10:00:00Z  u_1      posts            3  r2   agent=writer
    2026-11-03T00:00:00Z  u_2      spending  0.80 USD  r6   agent=writer
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("report usage --by agent --explain writre"), @"
    [stderr]
    error: The report has no line `writre`
    hint: Did you mean `writer`?
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("report usage --explain --limit 2"), @"
    at                    subject  metric  used  key  dimensions
    2026-11-02T10:00:00Z  u_1      posts      3  r2   agent=writer
    2026-11-02T11:00:00Z  u_1      posts      1  r3   agent=editor
    and 4 more: see `--limit`
    [exit 0]
    ");
}

#[test]
fn every_format_has_the_same_lines() {
    let shop = studio();
    let csv = shop.billctl("report usage --by subject --metric posts -o csv").exits(0).stdout;
    assert_eq!(
        csv,
        "subject,metric,quantity,records,share_percent,before,change_percent,forecast\n\
         u_1,posts,4,2,57.1,6,33.3,8\n\
         u_2,posts,3,2,42.9,2,200.0,6\n"
    );
    assert_eq!(shop.billctl("report usage --by subject -o jsonl").exits(0).stdout.lines().count(), 4);
    assert_eq!(shop.billctl("report usage --by subject -n 1 -o jsonl").exits(0).stdout.lines().count(), 2);
    assert_snapshot!(shop.billctl("report usage --by subject -n 1 --metric posts"), @"
    Usage by subject
    2026-11-01 to 2026-12-01 (UTC)
    metric: posts

    posts  7  14 by the end, +75.0 % against 8 before

    posts by subject
    subject  used   share                                  before   change
    u_1         4  57.1 %  ██████████████████████████████       6  +33.3 %

    1 more line is not shown: see `--limit`; `-o csv` has all of them
    The time is not over: changes are those of the forecast
    [exit 0]
    ");
}

#[test]
fn what_there_is_none_of_is_said_with_what_is_near() {
    let shop = studio();
    assert_snapshot!(shop.billctl("report usage --metric post"), @"
    [stderr]
    error: There is no metric `post`
    hint: Did you mean `posts`?
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("report usage --plan prof"), @"
    [stderr]
    error: There is no plan `prof`
    hint: Did you mean `pro`?
    [exit 2]
    ");
    // Known, and never used.
    assert_eq!(told(&shop, "--plan pro", "metric"), Vec::<[Value; 6]>::new());
    assert_snapshot!(shop.billctl("report usage --subject nobody"), @"
    Usage by metric
    2026-11-01 to 2026-12-01 (UTC)
    subject: nobody

    Nothing was used
    [exit 0]
    ");
    assert_snapshot!(Shop::new().billctl("report usage"), @"
    Usage by metric
    2026-11-01 to 2026-12-01 (UTC)

    Nothing was used
    [exit 0]
    ");
}

#[test]
fn bars_are_of_plain_letters_where_the_terminal_has_no_others() {
    let mut shop = studio();
    shop.set("LC_ALL", "C");
    let plain = shop.billctl("report usage --by subject --metric posts").exits(0).stdout;
    assert!(plain.is_ascii() && plain.contains("###"), "{plain}");
    shop.set("LC_ALL", "en_US.UTF-8");
    let blocks = shop.billctl("report usage --by subject --metric posts").exits(0).stdout;
    assert!(blocks.contains('█'), "{blocks}");
}
