//! What the environment says of the network.

use std::sync::{Arc, Mutex};

use openapi_client_runtime::{CallOptions, Method, RetryPolicy};
use serde_json::Value;

use crate::builder;
use crate::server::{self, Server};

/// Says to a test that it runs in a process of its own, and what to do there.
const CHILD: &str = "FAULTS_TEST_CHILD";

/// Runs a test of this file again in a process of its own, with one variable set; what it printed.
async fn in_process(test: &str, child: &str, (name, value): (&str, String)) -> String {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    for variable in [
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        command.env_remove(variable);
        command.env_remove(variable.to_lowercase());
    }
    command
        .args([&format!("environment::{test}"), "--exact", "--nocapture"])
        .env(CHILD, child)
        .env(name, value);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}");
    printed
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_of_the_environment_is_used_for_https_unless_told_not_to() {
    if let Ok(child) = std::env::var(CHILD) {
        let (url, honoured) = child.split_once(' ').unwrap();
        let builder = builder(url).proxy_from_env(honoured.parse().unwrap());
        let once = CallOptions::new().retry(RetryPolicy::none());
        let core = builder.allow_insecure_http().build().unwrap();
        let call = core.request(Method::Get, "/things").with_options(once);
        assert!(call.send::<Value>().await.is_err());
        return;
    }
    let test = "the_proxy_of_the_environment_is_used_for_https_unless_told_not_to";
    let proxied = ["CONNECT localhost:9 HTTP/1.1"];
    for (variable, url, honoured, asked) in [
        ("HTTPS_PROXY", "https://localhost:9", true, &proxied[..]),
        ("ALL_PROXY", "https://localhost:9", true, &proxied[..]),
        ("HTTPS_PROXY", "https://localhost:9", false, &[]),
        ("ALL_PROXY", "https://localhost:9", false, &[]),
        ("HTTP_PROXY", "http://localhost:9", true, &[]),
        ("ALL_PROXY", "http://localhost:9", true, &[]),
    ] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        let proxy = Server::start(move |mut stream, _| {
            let kept = Arc::clone(&kept);
            async move {
                let request = server::read_request(&mut stream).await;
                let line = request.lines().next().unwrap_or_default().to_owned();
                kept.lock().unwrap().push(line);
            }
        })
        .await;
        in_process(
            test,
            &format!("{url} {honoured}"),
            (variable, proxy.url.clone()),
        )
        .await;
        assert_eq!(*seen.lock().unwrap(), asked, "{variable} {url} {honoured}");
    }
}

#[cfg(all(not(feature = "native-tls"), target_os = "linux"))]
#[tokio::test(flavor = "multi_thread")]
async fn root_certificates_that_are_not_there_are_named() {
    if std::env::var(CHILD).is_ok() {
        for url in ["https://api.example.com", "http://localhost"] {
            println!("{}", builder(url).build().unwrap_err());
        }
        return;
    }
    let test = "root_certificates_that_are_not_there_are_named";
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    let empty = empty.display().to_string();
    for (variable, value, says) in [
        (
            "SSL_CERT_FILE",
            "/nowhere/roots.pem",
            "/nowhere/roots.pem cannot be read",
        ),
        ("SSL_CERT_FILE", empty.as_str(), "holds none in PEM"),
        (
            "SSL_CERT_DIR",
            "/nowhere",
            "/nowhere is no folder that can be read",
        ),
    ] {
        let printed = in_process(test, "build", (variable, value.to_owned())).await;
        let sentence = format!(
            "the environment variable {variable} says where the root certificates are, and "
        );
        assert!(
            printed.contains(&sentence) && printed.contains(says),
            "{printed}"
        );
        assert_eq!(printed.matches("unset it").count(), 2, "{printed}");
    }
}
