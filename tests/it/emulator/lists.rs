//! Lists: order, pages, cursors, filters.

use super::world::{START, World, ids};

fn shop(prices: usize) -> World {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a");
    for amount in 1..=prices {
        world.make("/v1/prices", &format!("product=a&currency=usd&unit_amount={amount}&nickname=n{amount}"));
    }
    world
}

fn amounts(world: &World, query: &str) -> Vec<i64> {
    let list = world.get(&format!("/v1/prices?{query}")).ok();
    list["data"].as_array().unwrap().iter().map(|price| price["unit_amount"].as_i64().unwrap()).collect()
}

#[test]
fn a_list_is_newest_first_and_ten_long() {
    let world = shop(12);
    assert_eq!(amounts(&world, ""), (3..=12).rev().collect::<Vec<_>>());
    let list = world.get("/v1/prices").ok();
    assert_eq!(
        (&list["object"], &list["url"], &list["has_more"]),
        (&"list".into(), &"/v1/prices".into(), &true.into())
    );
    assert_eq!(world.get("/v1/prices?limit=12").ok()["has_more"], false);
}

#[test]
fn pages_follow_each_other_in_both_directions() {
    let world = shop(25);
    let mut seen = Vec::new();
    let mut query = "limit=10".to_owned();
    loop {
        let list = world.get(&format!("/v1/prices?{query}")).ok();
        seen.extend(ids(&list));
        if list["has_more"] == false {
            break;
        }
        query = format!("limit=10&starting_after={}", seen.last().unwrap());
    }
    assert_eq!(seen.len(), 25);
    // Backwards, each page is still newest first, and the next one ends before its first.
    let list = world.get(&format!("/v1/prices?limit=10&ending_before={}", seen[24])).ok();
    assert_eq!((ids(&list), &list["has_more"]), (seen[14..24].to_vec(), &true.into()));
    let list = world.get(&format!("/v1/prices?limit=100&ending_before={}", seen[5])).ok();
    assert_eq!((ids(&list), &list["has_more"]), (seen[..5].to_vec(), &false.into()));
}

#[test]
fn a_page_stays_in_place_when_something_is_added() {
    let world = shop(4);
    let first = ids(&world.get("/v1/prices?limit=2").ok());
    world.make("/v1/prices", "product=a&currency=usd&unit_amount=99");
    assert_eq!(amounts(&world, &format!("limit=2&starting_after={}", first[1])), [2, 1]);
}

#[test]
fn limits_and_cursors_are_checked() {
    let world = shop(1);
    let id = &ids(&world.get("/v1/prices").ok())[0];
    world.get("/v1/prices?limit=0").refused(400, None, Some("limit"));
    world.get("/v1/prices?limit=101").refused(400, None, Some("limit"));
    world.get("/v1/prices?limit=ten").refused(400, Some("parameter_invalid_integer"), Some("limit"));
    world.get("/v1/prices?starting_after=price_x").refused(
        400,
        Some("resource_missing"),
        Some("starting_after"),
    );
    world.get("/v1/prices?ending_before=price_x").refused(
        400,
        Some("resource_missing"),
        Some("ending_before"),
    );
    world.get(&format!("/v1/prices?starting_after={id}&ending_before={id}")).refused(
        400,
        Some("parameters_exclusive"),
        Some("starting_after"),
    );
}

#[test]
fn prices_are_filtered_by_what_they_are() {
    let world = shop(0);
    world.make("/v1/products", "name=B&id=b");
    let meter =
        world.make("/v1/billing/meters", "display_name=M&event_name=e&default_aggregation[formula]=sum");
    world.make("/v1/prices", "product=a&currency=usd&unit_amount=1&lookup_key=one");
    world.make("/v1/prices", "product=a&currency=eur&unit_amount=2&recurring[interval]=year&lookup_key=two");
    let metered = format!(
        "product=b&currency=usd&unit_amount=3&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]={meter}"
    );
    world.make("/v1/prices", &metered);
    world.make("/v1/prices", "product=b&currency=gbp&unit_amount=4&active=false");
    world.make("/v1/prices", "product=b&currency=gbp&unit_amount=5&currency_options[eur][unit_amount]=6");
    for (query, expected) in [
        ("", vec![5, 3, 2, 1]),
        ("active=true", vec![5, 3, 2, 1]),
        ("active=false", vec![4]),
        ("product=a", vec![2, 1]),
        ("product=b", vec![5, 3]),
        ("product=nobody", vec![]),
        ("currency=eur", vec![5, 2]),
        ("currency=gbp", vec![5]),
        ("type=recurring", vec![3, 2]),
        ("type=one_time", vec![5, 1]),
        ("recurring[interval]=year", vec![2]),
        ("recurring[usage_type]=metered", vec![3]),
        (&format!("recurring[meter]={meter}"), vec![3]),
        ("lookup_keys[]=one&lookup_keys[]=two&lookup_keys[]=three", vec![2, 1]),
        ("lookup_keys[]=two&product=b", vec![]),
    ] {
        assert_eq!(amounts(&world, query), expected, "{query}");
    }
    let many: Vec<String> = (0..11).map(|n| format!("lookup_keys[]={n}")).collect();
    world.get(&format!("/v1/prices?{}", many.join("&"))).refused(400, None, Some("lookup_keys"));
}

#[test]
fn created_takes_a_time_or_bounds() {
    let world = shop(1);
    world.pass(10);
    world.make("/v1/prices", "product=a&currency=usd&unit_amount=2");
    world.pass(10);
    world.make("/v1/prices", "product=a&currency=usd&unit_amount=3");
    let (first, second, third) = (START, START + 10, START + 20);
    for (query, expected) in [
        (format!("created={second}"), vec![2]),
        (format!("created[gte]={second}"), vec![3, 2]),
        (format!("created[gt]={second}"), vec![3]),
        (format!("created[lt]={second}"), vec![1]),
        (format!("created[lte]={second}&created[gt]={first}"), vec![2]),
        (format!("created[gt]={third}"), vec![]),
    ] {
        assert_eq!(amounts(&world, &query), expected, "{query}");
    }
    world.get("/v1/prices?created[after]=1").refused(400, Some("parameter_unknown"), Some("created[after]"));
    world.get("/v1/prices?created=soon").refused(400, Some("parameter_invalid_integer"), Some("created"));
}

#[test]
fn products_are_filtered_by_what_they_are() {
    let world = World::new();
    world.make("/v1/products", "name=A&id=a&url=https://a.example");
    world.make("/v1/products", "name=B&id=b&active=false");
    world.make("/v1/products", "name=C&id=c&type=good&shippable=true");
    for (query, expected) in [
        ("", vec!["c", "b", "a"]),
        ("active=true", vec!["c", "a"]),
        ("active=false", vec!["b"]),
        ("shippable=true", vec!["c"]),
        ("type=good", vec!["c"]),
        ("url=https://a.example", vec!["a"]),
        ("ids[]=a&ids[]=b&ids[]=zzz", vec!["b", "a"]),
    ] {
        assert_eq!(ids(&world.get(&format!("/v1/products?{query}")).ok()), expected, "{query}");
    }
    world.get("/v1/products?ids[]=a&starting_after=b").refused(
        400,
        Some("parameters_exclusive"),
        Some("ids"),
    );
}

#[test]
fn other_lists_hide_and_filter_as_stripe_does() {
    let world = World::new();
    let feature = world.make("/v1/entitlements/features", "name=F&lookup_key=f");
    let old = world.make("/v1/entitlements/features", "name=G&lookup_key=g");
    world.post(&format!("/v1/entitlements/features/{old}"), "active=false").ok();
    let list = |target: &str| ids(&world.get(target).ok());
    assert_eq!(list("/v1/entitlements/features"), std::slice::from_ref(&feature));
    assert_eq!(list("/v1/entitlements/features?archived=true"), [old]);
    assert_eq!(list("/v1/entitlements/features?lookup_key=f"), [feature]);
    let meter =
        world.make("/v1/billing/meters", "display_name=M&event_name=e&default_aggregation[formula]=sum");
    world.post(&format!("/v1/billing/meters/{meter}/deactivate"), "").ok();
    assert_eq!(list("/v1/billing/meters?status=inactive"), [meter]);
    assert!(list("/v1/billing/meters?status=active").is_empty());
    let customer = world.make("/v1/customers", "email=Ada@example.com");
    assert_eq!(list("/v1/customers?email=Ada@example.com"), [customer]);
    assert!(
        list("/v1/customers?email=ada@example.com").is_empty(),
        "e-mail addresses are matched with their case"
    );
    let rate = world.make("/v1/tax_rates", "display_name=VAT&percentage=19&inclusive=true");
    assert_eq!(list("/v1/tax_rates?inclusive=true&active=true"), [rate]);
    assert!(list("/v1/tax_rates?inclusive=false").is_empty());
}

#[test]
fn subscriptions_can_be_counted_though_none_can_be_made() {
    let world = shop(1);
    let price = &ids(&world.get("/v1/prices").ok())[0];
    let list = world.get(&format!("/v1/subscriptions?price={price}&status=all&limit=100")).ok();
    assert!(ids(&list).is_empty());
    world.get("/v1/subscriptions?price=price_x").refused(400, Some("resource_missing"), Some("price"));
    world.get("/v1/subscriptions?customer=cus_x").refused(400, Some("resource_missing"), Some("customer"));
    world.get("/v1/subscriptions?status=done").refused(400, None, Some("status"));
    world.get("/v1/subscriptions/sub_x").refused(404, Some("resource_missing"), Some("id"));
}

/// An index in the order of lists is walked between the bounds: nothing else is looked at.
#[test]
fn times_of_creation_bound_a_list_and_its_pages() {
    let world = World::new();
    for day in 0..6 {
        for number in 0..3 {
            world.make("/v1/customers", &format!("name=c{day}.{number}"));
        }
        world.pass(86_400);
    }
    let names = |query: &str| -> Vec<String> {
        let list = world.get(&format!("/v1/customers?{query}")).ok();
        list["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let day = |number: i64| START + number * 86_400;
    let within = format!("created[gte]={}&created[lt]={}", day(1), day(3));
    assert_eq!(names(&within), ["c2.2", "c2.1", "c2.0", "c1.2", "c1.1", "c1.0"]);
    let list = world.get(&format!("/v1/customers?{within}&limit=2")).ok();
    let second = ids(&list)[1].clone();
    assert_eq!(list["has_more"], true);
    assert_eq!(names(&format!("{within}&limit=3&starting_after={second}")), ["c2.0", "c1.2", "c1.1"]);
    assert_eq!(names(&format!("{within}&ending_before={second}")), ["c2.2"]);
    assert_eq!(names(&format!("created={}", day(4))), ["c4.2", "c4.1", "c4.0"]);
    assert_eq!(names(&format!("created[gt]={}", day(5))), [""; 0]);
}

#[test]
fn a_list_is_in_the_order_of_creation_whatever_time_a_test_clock_has() {
    let world = World::new();
    let clock = world.make("/v1/test_helpers/test_clocks", &format!("frozen_time={}", START - 86_400));
    let first = world.make("/v1/customers", "name=first");
    let clocked = world.make("/v1/customers", &format!("test_clock={clock}"));
    let of = |customer: &str| {
        world.make("/v1/invoiceitems", &format!("customer={customer}&amount=5&currency=usd"));
        world.make("/v1/invoices", &format!("customer={customer}"))
    };
    let (now, then) = (of(&first), of(&clocked));
    // Made last, and yet a day older.
    assert_eq!(ids(&world.get("/v1/invoices").ok()), [now.as_str(), then.as_str()]);
    assert_eq!(ids(&world.get(&format!("/v1/invoices?starting_after={now}")).ok()), [then.as_str()]);
    assert_eq!(ids(&world.get(&format!("/v1/invoices?ending_before={then}")).ok()), [now]);
}
