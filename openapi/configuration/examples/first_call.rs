//! A first look at the client, without an account: the service is a small server in this file.
//!
//! ```sh
//! cargo run -p configuration-client --example first_call
//! ```
//!
//! Lines that start with `server:` are printed by the server, one for each request that reaches it.

use std::error::Error;

use configuration_client::{Client, types};

const APP: &str = "htb8fuhxnf8e38jrzub3c7pfrr";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // With an account: `.environment(Environment::Us)` instead of `.base_url(..)`, and the id and
    // the secret of one of your API clients.
    let base_url = server::start().await?;
    let client = Client::builder()
        .base_url(&base_url)
        .basic_auth("demo-client", "demo-secret")
        .build()?;

    println!("1. List the API clients");
    let found = client.list_clients().app_id(APP).send().await?;
    for api_client in found.iter() {
        // Secrets never print; `expose()` is the one way to read them.
        let (name, secret) = (&api_client.name, &api_client.secret);
        println!("   {name}: features {:?}, {secret:?}", api_client.features);
    }

    println!("2. Read a flow");
    let flow = client
        .get_flow()
        .app_id(APP)
        .flow("standard")
        .send()
        .await?;
    println!("   `{}` is at version {}", flow.name, flow.version);

    println!("3. Modify a field");
    modify_field(&client).await?;

    println!("4. Handle an error");
    match client.get_flow().app_id(APP).flow("holiday").send().await {
        Ok(flow) => println!("   `{}` exists", flow.name),
        Err(error) if error.is_not_found() => {
            println!("   not found: {}", error.message().unwrap_or("no message"));
        }
        Err(error) => return Err(error.into()),
    }

    println!("5. Be refused before anything is sent");
    let limited = Client::builder()
        .base_url(&base_url)
        .basic_auth("demo-client", "demo-secret")
        // Say what your API client may do, and calls that it may not make stay here.
        .features(["login_client"])
        .build()?;
    if let Err(error) = limited.list_clients().app_id(APP).send().await {
        println!("   refused here: {}", error.is_refused());
        println!("   {error}");
    }
    Ok(())
}

/// A field is replaced as a whole, and what is left out is removed from it: read, change, write
/// back.
async fn modify_field(client: &Client) -> Result<(), Box<dyn Error>> {
    let field = read_field(client).await?;
    println!("   before: {}", summary(&field));

    // What is read and what is written are two types, as in the document: texts come with all
    // their translations and go back as the key alone. Their members have the same names, so the
    // way from one to the other is JSON. Members that the document does not name come along in
    // `extra`, and so does the path of the field, which is only read.
    let mut whole: types::FieldInput = serde_json::from_value(serde_json::to_value(field)?)?;
    whole.extra.remove("_self");
    let label = types::TranslationRef::builder().key("work-email").build()?;
    client
        .modify_field()
        .app_id(APP)
        .flow("standard")
        .field("emailAddress")
        .body(whole)
        .body_map(|body| body.label(label))
        .send()
        .await?;

    println!("   after:  {}", summary(&read_field(client).await?));
    Ok(())
}

async fn read_field(client: &Client) -> Result<types::Field, Box<dyn Error>> {
    let request = client.get_field().app_id(APP).flow("standard");
    let response = request.field("emailAddress").send().await?;
    Ok(response.into_inner())
}

fn summary(field: &types::Field) -> String {
    let label = match &field.label {
        Some(types::FieldText::TranslatedText(text)) => text.values.get("en-US"),
        Some(types::FieldText::String(text)) => Some(text),
        _ => None,
    };
    format!(
        "`{}` of type `{}`, label `{}`, {} validation rule(s)",
        field.name,
        field.type_,
        label.map_or("", String::as_str),
        field.validation.as_ref().map_or(0, Vec::len)
    )
}

/// A stand-in for the service: one application with one API client, one flow and one field.
mod server {
    use std::io;

    use serde_json::{Value, json};
    use tokio::{
        io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
        net::{TcpListener, TcpStream},
    };

    /// `demo-client:demo-secret` in Base64 (RFC 7617).
    const AUTHORIZATION: &str = "Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=";

    struct Request {
        method: String,
        path: String,
        authorization: String,
        body: Value,
    }

    /// Listens on a free port of this machine and gives the address.
    pub(super) async fn start() -> io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            let mut field = json!({
                "name": "emailAddress",
                "type": "email",
                "schemaAttribute": "email",
                "label": { "key": "email" },
                "validation": [
                    { "rule": "required", "value": true, "message": { "key": "email-missing" } },
                ],
            });
            while let Ok((stream, _)) = listener.accept().await {
                if let Err(error) = serve(stream, &mut field).await {
                    println!("   server: {error}");
                }
            }
        });
        Ok(format!("http://{address}"))
    }

    async fn serve(mut stream: TcpStream, field: &mut Value) -> io::Result<()> {
        let request = read(&mut stream).await?;
        let (status, body) = answer(&request, field);
        println!("   server: {} {} -> {status}", request.method, request.path);
        let head = format!("HTTP/1.1 {status} \r\nConnection: close\r\n");
        let reply = match body {
            None => format!("{head}\r\n"),
            Some(body) => {
                let (body, json) = (body.to_string(), "Content-Type: application/json");
                format!(
                    "{head}{json}\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
        };
        stream.write_all(reply.as_bytes()).await
    }

    /// As much of HTTP/1.1 as the client of this example speaks.
    async fn read(stream: &mut TcpStream) -> io::Result<Request> {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let mut words = line.split(' ').map(str::to_owned);
        let mut request = Request {
            method: words.next().unwrap_or_default(),
            path: words.next().unwrap_or_default(),
            authorization: String::new(),
            body: Value::Null,
        };
        let mut length = 0;
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "authorization" => value.clone_into(&mut request.authorization),
                "content-length" => length = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        request.body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(request)
    }

    fn answer(request: &Request, field: &mut Value) -> (u16, Option<Value>) {
        if request.authorization != AUTHORIZATION {
            return error(401, "Authentication is required to access this resource.");
        }
        let Some(path) = request
            .path
            .strip_prefix("/config/htb8fuhxnf8e38jrzub3c7pfrr/")
        else {
            return error(403, "Authentication is required to access this resource.");
        };
        match (request.method.as_str(), path) {
            ("GET", "clients") => (200, Some(json!([api_client(&request.path)]))),
            ("GET", "flows/standard") => (200, Some(flow(&request.path))),
            ("GET", "flows/standard/fields/emailAddress") => {
                let mut read = translated(field);
                read["_self"] = json!(request.path);
                (200, Some(read))
            }
            ("PUT", "flows/standard/fields/emailAddress") => {
                field.clone_from(&request.body);
                (204, None)
            }
            _ => {
                let name = path.split('/').nth(1).unwrap_or(path);
                error(404, &format!("Could not find a flow named {name}."))
            }
        }
    }

    /// The body of every error of this API.
    fn error(status: u16, message: &str) -> (u16, Option<Value>) {
        (status, Some(json!({ "errors": message })))
    }

    fn api_client(list: &str) -> Value {
        json!({
            "_id": "demo-client",
            "_secret": "demo-secret",
            "_self": format!("{list}/demo-client"),
            "_settings": format!("{list}/demo-client/settings"),
            "name": "Flow deployment",
            "features": ["owner"],
            "ipWhitelist": ["0.0.0.0/0"],
        })
    }

    fn flow(path: &str) -> Value {
        json!({
            "_self": path,
            "name": "standard",
            "version": "20250314092841760113",
            "userData": ["uuid", "displayName"],
        })
    }

    /// The translation keys of a field with the texts that they stand for, as a field is read.
    fn translated(value: &Value) -> Value {
        let mut value = value.clone();
        match &mut value {
            Value::Array(items) => items.iter_mut().for_each(|item| *item = translated(item)),
            Value::Object(members) => {
                for member in members.values_mut() {
                    *member = translated(member);
                }
                let text = match members.get("key").and_then(Value::as_str) {
                    Some("email") => "Email address",
                    Some("work-email") => "Work email",
                    Some("email-missing") => "Enter your email address.",
                    _ => return value,
                };
                members.insert("values".to_owned(), json!({ "en-US": text }));
            }
            _ => {}
        }
        value
    }
}
