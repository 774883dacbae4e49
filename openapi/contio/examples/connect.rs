//! Connects a user: OAuth 2.0 with PKCE, by a browser that comes back to this program.
//!
//! ```sh
//! cargo xtask mock contio
//! # and in another terminal:
//! cargo run -p contio-client --example connect
//! ```
//!
//! With an account, register `http://127.0.0.1:8765/callback` as redirect URI of your app, and set
//! `CONTIO_ENVIRONMENT`, `CONTIO_CLIENT_BASIC_USERNAME` and `CONTIO_CLIENT_BASIC_PASSWORD`.

use std::{env, error::Error, process::ExitCode};

use contio_client::{
    Client, ClientBuilder,
    runtime::{MemoryStore, OAuthConfig},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Where the browser comes back to.
const CALLBACK: &str = "127.0.0.1:8765";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let id = env::var("CONTIO_CLIENT_BASIC_USERNAME").unwrap_or_else(|_| "mock-client".to_owned());
    let secret =
        env::var("CONTIO_CLIENT_BASIC_PASSWORD").unwrap_or_else(|_| "mock-secret".to_owned());
    let builder = Client::builder()
        .base_url("http://127.0.0.1:4010")
        .from_env()?;
    let config = OAuthConfig::new(id).client_secret(secret);
    let listener = TcpListener::bind(CALLBACK).await?;
    let client = connect(builder, config, listener, |url| {
        println!("Open this address in a browser:\n\n{url}\n");
    })
    .await?;
    let profile = client.get_profile().send().await?;
    println!("connected: {profile:?}");
    Ok(())
}

/// Sends the user to the login page by `browse`, waits for them to come back, and gives a client
/// that acts for them. Its session renews the token for as long as the refresh token is good.
pub(crate) async fn connect(
    builder: ClientBuilder,
    config: OAuthConfig,
    listener: TcpListener,
    browse: impl FnOnce(&str),
) -> Result<Client, Box<dyn Error>> {
    let callback = format!("http://{}/callback", listener.local_addr()?);
    let oauth = builder.user_token_oauth(config.redirect_uri(callback))?;

    // It holds the state and the PKCE verifier that belong to this login: keep it.
    let login = oauth
        .authorize()
        .scopes(["openid", "profile", "meetings:read", "meetings:write"])
        .start()?;
    browse(login.url());

    let (mut stream, target) = loop {
        let (stream, _) = listener.accept().await?;
        let (mut stream, target) = read_target(stream).await?;
        // Browsers ask for icons and more.
        if target.starts_with("/callback") {
            break (stream, target);
        }
        answer(&mut stream, "404 Not Found", "There is nothing here.").await?;
    };
    // Refuses a state that is not that of this login, and what the server says against it.
    let code = match login.code_from(&target) {
        Ok(code) => code,
        Err(error) => {
            answer(&mut stream, "400 Bad Request", "The login failed.").await?;
            return Err(error.into());
        }
    };
    answer(&mut stream, "200 OK", "Connected. You can close this page.").await?;

    // For more than one run keep the tokens in a `FileStore` (feature `token-file`), or in a store
    // of your own.
    let session = oauth.session(MemoryStore::new());
    session.sign_in(oauth.exchange(&login, code).await?).await?;
    Ok(builder.user_token(session).build()?)
}

/// The request target of `GET /callback?code=.. HTTP/1.1`.
async fn read_target(stream: TcpStream) -> std::io::Result<(TcpStream, String)> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).await?;
    let mut line = String::new();
    while reader.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok((reader.into_inner(), target))
}

async fn answer(stream: &mut TcpStream, status: &str, text: &str) -> std::io::Result<()> {
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await
}
