//! Instructions and allocations of a call beside the same call written by hand; see `README.md`.
#![allow(clippy::unwrap_used, missing_docs)]

mod calls;

use std::process::{Command, Stdio};

use calls::{By, Server};

/// Calls before those that count: they open the connection and fill caches.
const FEW: usize = 100;
const MANY: usize = 300;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => calls::serve(),
        ["run", by, url, items, count] => {
            let (items, count) = (items.parse().unwrap(), count.parse().unwrap());
            calls::run(By::named(by), url, items, count);
        }
        _ if arguments.contains(&"--bench") => compare(),
        // `cargo test --benches` only wants to know that it runs.
        _ => {
            let server = Server::start();
            for by in [By::Hand, By::Runtime] {
                calls::run(by, server.url(), 2, 3);
            }
        }
    }
}

/// What one call takes, of whatever the tool counts.
struct Cost {
    hand: f64,
    runtime: f64,
}

fn compare() {
    let server = Server::start();
    for items in [1, 1000] {
        let measure = |count: fn(&[&str]) -> Option<f64>| {
            let of = |by: By| per_call(count, by, server.url(), items);
            Some(Cost {
                hand: of(By::Hand)?,
                runtime: of(By::Runtime)?,
            })
        };
        let instructions = measure(callgrind).or_else(|| measure(perf));
        report("instructions", items, instructions.as_ref());
        report("allocations", items, measure(dhat).as_ref());
    }
    println!(
        "future of `Core::execute`: {} bytes",
        calls::size_of_execute()
    );
}

fn report(what: &str, items: usize, cost: Option<&Cost>) {
    match cost {
        Some(Cost { hand, runtime }) => println!(
            "{what:<12} {items:>5} items   by hand {hand:>12.0}   runtime {runtime:>12.0}   more \
             {:>8.0}   ratio {:.3}",
            runtime - hand,
            runtime / hand
        ),
        None => println!(
            "{what:<12} {items:>5} items   not measured: needs valgrind, or for instructions a perf \
             with counters"
        ),
    }
}

/// What many calls take more than few, for each of them.
fn per_call(count: fn(&[&str]) -> Option<f64>, by: By, url: &str, items: usize) -> Option<f64> {
    let items = items.to_string();
    let of = |calls: usize| count(&["run", by.name(), url, &items, &calls.to_string()]);
    let (few, many) = (of(FEW)?, of(MANY)?);
    let calls = u32::try_from(MANY - FEW).ok()?;
    Some((many - few) / f64::from(calls))
}

fn callgrind(arguments: &[&str]) -> Option<f64> {
    let text = valgrind("callgrind", "--callgrind-out-file=/dev/null", arguments)?;
    number_behind(&text, "Collected :")
}

fn dhat(arguments: &[&str]) -> Option<f64> {
    let text = valgrind("dhat", "--dhat-out-file=/dev/null", arguments)?;
    let total = text.lines().find(|line| line.contains("Total:"))?;
    number_behind(total, " bytes in ")
}

fn valgrind(tool: &str, option: &str, arguments: &[&str]) -> Option<String> {
    let tool = format!("--tool={tool}");
    counted("valgrind", &[&tool, option], arguments)
}

fn perf(arguments: &[&str]) -> Option<f64> {
    let options = ["stat", "-x", ",", "-e", "instructions:u"];
    let text = counted("perf", &options, arguments)?;
    let line = text.lines().find(|line| line.contains("instructions"))?;
    line.split(',').next()?.parse().ok()
}

/// What a tool says of a run of this program.
fn counted(tool: &str, options: &[&str], arguments: &[&str]) -> Option<String> {
    let own = std::env::current_exe().ok()?;
    let output = Command::new(tool)
        .args(options)
        .arg(own)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{tool}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The first number behind a text; digits may stand in groups.
fn number_behind(text: &str, label: &str) -> Option<f64> {
    let (_, rest) = text.split_once(label)?;
    let digits = rest.trim_start().chars().filter(|c| *c != ',');
    let digits: String = digits.take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
