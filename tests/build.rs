//! Takes the programs out of the texts of the clients, for the binary `programs`.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

#[allow(dead_code, unreachable_pub, reason = "the guards use the rest")]
#[path = "src/programs.rs"]
mod texts;

use texts::{Function, Program};

fn main() -> Result<(), Box<dyn Error>> {
    let tests = env::var("CARGO_MANIFEST_DIR")?;
    let root = Path::new(&tests).parent().ok_or("no workspace")?;
    let mut code = String::new();
    let mut list = String::new();
    for path in texts::texts_of_clients(root) {
        println!("cargo::rerun-if-changed={}", path.display());
        for program in texts::programs(root, &path) {
            let module = format!(
                "{}_{}",
                program
                    .file
                    .to_lowercase()
                    .replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
                program.number
            );
            writeln!(code, "pub(crate) mod {module} {{\n{}\n}}", public(&program))?;
            writeln!(
                list,
                "    ({:?}, {}),",
                program.name(),
                run(&program, &module)
            )?;
        }
    }
    let table = format!("pub(crate) static PROGRAMS: &[(&str, Run)] = &[\n{list}];\n");
    let out = Path::new(&env::var("OUT_DIR")?).join("programs.rs");
    fs::write(out, code + &table)?;
    Ok(())
}

/// The code, whose functions can be called from elsewhere; nothing else in it is changed.
fn public(program: &Program) -> String {
    let lines = program.code.lines().map(|line| {
        let is_function = line.starts_with("fn ") || line.starts_with("async fn ");
        let visibility = if is_function { "pub " } else { "" };
        format!("{visibility}{line}\n")
    });
    lines.collect()
}

/// How a program is run: by its `main`, or by its only function, which takes a client or nothing.
fn run(program: &Program, module: &str) -> String {
    let functions = program.functions();
    if functions.iter().any(|function| function.name == "main") {
        return format!("Run::Program(|| Ok({module}::main()?))");
    }
    let [
        Function {
            name,
            parameters,
            is_async,
        },
    ] = functions.as_slice()
    else {
        return "Run::ByHand".to_owned();
    };
    let argument = match parameters.split_once("client: &") {
        None if parameters.is_empty() => String::new(),
        Some(("", _)) => format!("&{}::Client::from_env()?", client(&program.file)),
        _ => return "Run::ByHand".to_owned(),
    };
    let call = format!("{module}::{name}({argument})");
    if *is_async {
        format!("Run::Program(|| block_on(async {{ {call}.await?; Ok(()) }}))")
    } else {
        format!("Run::Program(|| {{ {call}?; Ok(()) }})")
    }
}

/// The client whose text it is, as Rust names it.
fn client(file: &str) -> String {
    let folder = file.split('/').nth(1).unwrap_or_default();
    folder.replace('-', "_")
}
