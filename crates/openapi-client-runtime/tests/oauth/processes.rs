//! Several processes that share a login.

use std::process::{Child, Command};
use std::time::Duration;

use openapi_client_runtime::{FileStore, TokenStore};

use crate::provider::Provider;
use crate::{builder, call, client, expired, oauth};

/// Says to the test that it is one of the processes: where the server is, and the file.
const CHILD: &str = "OAUTH_TEST_CHILD";

fn process(child: &str) -> Child {
    let test = "processes::two_that_renew_at_once_go_on_with_the_same_tokens";
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact"])
        .env(CHILD, child)
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_renew_at_once_go_on_with_the_same_tokens() {
    if let Ok(child) = std::env::var(CHILD) {
        let (url, file) = child.split_once(' ').unwrap();
        let session = oauth(url).session(FileStore::new(file));
        let core = client(builder(url), session);
        for _ in 0..2 {
            call(&core).await.unwrap();
        }
        return;
    }
    let provider = Provider::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.json");
    let store = FileStore::new(&file);
    store.save(&expired()).await.unwrap();
    // Both have asked before either has got its answer.
    provider.close_gate();
    let child = format!("{} {}", provider.url, file.display());
    let children = [process(&child), process(&child)];
    let asked = tokio::time::timeout(Duration::from_secs(60), provider.until_asked(2)).await;
    provider.open_gate();
    for mut child in children {
        let ended = tokio::task::spawn_blocking(move || child.wait().unwrap());
        assert!(ended.await.unwrap().success());
    }
    asked.unwrap();
    assert_eq!(provider.asked(), 2, "one renewal, and one that was refused");
    assert_eq!(provider.requests_to("/things").len(), 4);
    let kept = store.load().await.unwrap().unwrap();
    assert_eq!(kept.access_token().expose(), "at-1");
}
