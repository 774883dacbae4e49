//! A browser in the hands of somebody who agrees to everything.

use reqwest::{Client, Url, header::LOCATION, redirect::Policy};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Opens a page, and says where it sends the browser to.
pub(crate) async fn visit(url: &str) -> Result<String> {
    let browser = Client::builder().redirect(Policy::none()).build()?;
    let page = browser.get(url).send().await?;
    let Some(address) = page.headers().get(LOCATION) else {
        let status = page.status();
        return Err(format!("{status} and no way back: {}", page.text().await?).into());
    };
    Ok(address.to_str()?.to_owned())
}

/// A member of the query of an address.
pub(crate) fn member(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}
