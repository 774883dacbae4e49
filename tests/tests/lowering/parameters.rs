//! Parameters in the query, in headers and in cookies.

use crate::{
    client,
    clients::{
        carry_cookies_in_headers as cookies, header_parameters as headers,
        query_enum_lists as enums, style_query_parameters as styles,
    },
    server::Server,
};

#[tokio::test]
async fn operations_without_a_name_are_called_after_their_path() {
    let server = Server::start().await;
    let client = client!(derive_operation_ids, server);
    server.json(200, &"a".into());
    client.get_users().send().await.unwrap();
    assert_eq!(server.last().line, "GET /users");
    server.json(200, &"a".into());
    client
        .get_users_by_user_id_mails_by_mail()
        .user_id("a/b")
        .mail(5)
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "GET /users/a%2Fb/mails/5");
    client
        .remove_mail()
        .user_id("a")
        .mail(5)
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "DELETE /users/a/mails/5");
    server.json(200, &"a".into());
    client.get_files_name_json().name("x").send().await.unwrap();
    assert_eq!(server.last().line, "GET /files/x.json");
}

#[tokio::test]
async fn reserved_headers_are_no_parameters() {
    let server = Server::start().await;
    let client = client!(drop_reserved_headers, server);
    server.json(200, &"a".into());
    client.read_report().x_trace("t").send().await.unwrap();
    let request = server.last();
    assert_eq!(request.header("accept").unwrap(), "application/json");
    assert_eq!(request.header("x-trace").unwrap(), "t");
    assert_eq!(request.header("authorization"), None);
}

#[tokio::test]
async fn reserved_characters_are_kept_where_the_document_allows_them() {
    use styles::types::{Filter, Kind};
    let server = Server::start().await;
    let client = client!(style_query_parameters, server);
    let all = ":/?#[]@!$&'()*+,;= %";
    client
        .search_reserved()
        .path("docs/2024")
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "GET /reserved?path=docs/2024");
    client.search_reserved().path(all).send().await.unwrap();
    assert_eq!(
        server.last().line,
        "GET /reserved?path=:/?%23%5B%5D@!$%26%27()*%2B,;=%20%25"
    );
    client
        .search_reserved()
        .plain("docs/2024")
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "GET /reserved?plain=docs%2F2024");
    let paths = vec!["a/b".to_owned(), "c,d".to_owned()];
    client.search_reserved().paths(paths).send().await.unwrap();
    assert_eq!(server.last().line, "GET /reserved?paths=a/b,c%2Cd");
    let filter = Filter::new().state("in/out");
    client
        .search_reserved()
        .where_(filter)
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "GET /reserved?where%5Bstate%5D=in/out");
    client
        .search_reserved()
        .kind(Kind::TextHtml)
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().line, "GET /reserved?kind=text/html");
}

#[tokio::test]
async fn a_style_holds_for_what_the_schema_leaves_open() {
    use styles::types::{OneOrMany, Order};
    let server = Server::start().await;
    let client = client!(style_query_parameters, server);
    let words = || vec!["a".to_owned(), "b".to_owned()];
    let either = client.search_open().either(OneOrMany::from(words()));
    either.send().await.unwrap();
    assert_eq!(server.last().line, "GET /open?either=a,b");
    let order = client.search_open().order(Order::from(words()));
    order.send().await.unwrap();
    assert_eq!(server.last().line, "GET /open?order=a,b");
}

#[tokio::test]
async fn queries_are_written_in_the_style_of_the_document() {
    use styles::types::{Filter, Range};
    let server = Server::start().await;
    let client = client!(style_query_parameters, server);
    let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let query = |server: &Server| {
        server
            .last()
            .line
            .strip_prefix("GET /search")
            .unwrap()
            .to_owned()
    };

    client.search().send().await.unwrap();
    assert_eq!(query(&server), "");
    client
        .search()
        .each(words(&["a", "b,c"]))
        .send()
        .await
        .unwrap();
    assert_eq!(query(&server), "?each=a&each=b%2Cc");
    client
        .search()
        .joined(words(&["a", "b,c"]))
        .send()
        .await
        .unwrap();
    assert_eq!(query(&server), "?joined=a,b%2Cc");
    client.search().spaced(vec![1, 2]).send().await.unwrap();
    assert_eq!(query(&server), "?spaced=1%202");
    client
        .search()
        .piped(vec![true, false])
        .send()
        .await
        .unwrap();
    assert_eq!(query(&server), "?piped=true%7Cfalse");
    let filter = Filter::new().state("on").min_age(3);
    client.search().filter(filter.clone()).send().await.unwrap();
    assert_eq!(
        query(&server),
        "?filter%5Bmin_age%5D=3&filter%5Bstate%5D=on"
    );
    let range = Range::new().from(1).to(2);
    client.search().range(range.clone()).send().await.unwrap();
    assert_eq!(query(&server), "?from=1&to=2");
    client.search().packed(range).send().await.unwrap();
    assert_eq!(query(&server), "?packed=from,1,to,2");
    client
        .search()
        .order(styles::types::Order::from(words(&["x", "y"])))
        .send()
        .await
        .unwrap();
    assert_eq!(query(&server), "?order=x,y");
    let labels = std::collections::BTreeMap::from([("env".to_owned(), "a b".to_owned())]);
    client.search().labels(labels).send().await.unwrap();
    assert_eq!(query(&server), "?labels%5Benv%5D=a%20b");

    client
        .search_required()
        .filter(filter)
        .ids(vec![1, 2])
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().line,
        "GET /required?filter%5Bmin_age%5D=3&filter%5Bstate%5D=on&ids=1,2"
    );
    let error = client.search_required().send().await.unwrap_err();
    assert!(
        error.to_string().contains("`filter` is required"),
        "{error}"
    );
}

#[tokio::test]
async fn lists_of_enums_take_known_and_unknown_values() {
    use enums::types::Color;
    let server = Server::start().await;
    let client = client!(query_enum_lists, server);
    client
        .list_cars()
        .color(vec![Color::DarkGreen, "mauve".into()])
        .not(vec![Color::Red])
        .sort(vec!["-age".into()])
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.last().line,
        "GET /cars?color=dark_green&color=mauve&not=red&sort=-age"
    );
}

#[tokio::test]
async fn a_header_parameter_may_be_the_whole_cookie() {
    let server = Server::start().await;
    let client = client!(carry_cookies_in_headers, server);
    let consent = || client.read_consent().cookie("login=31d4");
    consent().send().await.unwrap();
    assert_eq!(server.last().header("cookie").unwrap(), "login=31d4");
    let dark = consent().theme(cookies::types::Theme::Dark);
    dark.send().await.unwrap();
    let both = "login=31d4; theme=dark";
    assert_eq!(server.last().header("cookie").unwrap(), both);
}

#[tokio::test]
async fn cookies_go_out_as_one_header_in_their_own_spelling() {
    let server = Server::start().await;
    let client = client!(carry_cookies_in_headers, server);
    client
        .read_basket()
        .basket_id("b1")
        .visits(3)
        .theme(cookies::types::Theme::Dark)
        .x_shop("main")
        .send()
        .await
        .unwrap();
    let request = server.last();
    assert_eq!(
        request.header("cookie").unwrap(),
        "Basket-Id=b1; visits=3; theme=dark"
    );
    assert_eq!(request.header("openapi-cookie-basket-id"), None);
    assert_eq!(request.header("x-shop").unwrap(), "main");
    client.read_basket().basket_id("b1").send().await.unwrap();
    assert_eq!(server.last().header("cookie").unwrap(), "Basket-Id=b1");
    let error = client
        .read_basket()
        .basket_id("b; evil=1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_unsent(), "{error}");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn headers_are_written_as_text() {
    let server = Server::start().await;
    let client = client!(header_parameters, server);
    client
        .add_thing()
        .idempotency_key("k1")
        .send()
        .await
        .unwrap();
    let request = server.last();
    assert_eq!(request.header("idempotency-key").unwrap(), "k1");
    assert_eq!(request.header("x-priority"), None);
    assert_eq!(request.header("api-version"), None);
    let since: chrono::DateTime<chrono::Utc> = "2024-02-03T04:05:06Z".parse().unwrap();
    client
        .add_thing()
        .idempotency_key("k1")
        .x_priority(-5)
        .x_dry_run(true)
        .x_zone(headers::types::Zone::from("west"))
        .x_tag("urgent")
        .x_since(since)
        .send()
        .await
        .unwrap();
    let request = server.last();
    assert_eq!(request.header("x-priority").unwrap(), "-5");
    assert_eq!(request.header("x-dry-run").unwrap(), "true");
    assert_eq!(request.header("x-zone").unwrap(), "west");
    assert_eq!(request.header("x-tag").unwrap(), "urgent");
    assert_eq!(request.header("x-since").unwrap(), "2024-02-03T04:05:06Z");
    let error = client
        .add_thing()
        .idempotency_key("a\r\nx: y")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_unsent(), "{error}");
}

#[tokio::test]
async fn lists_in_headers_are_joined_with_commas() {
    let server = Server::start().await;
    let client = client!(join_header_lists, server);
    client
        .list_things()
        .x_tags("a,b")
        .x_ids("1,2")
        .send()
        .await
        .unwrap();
    assert_eq!(server.last().header("x-tags").unwrap(), "a,b");
    assert_eq!(server.last().header("x-ids").unwrap(), "1,2");
}
