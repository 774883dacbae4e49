//! The SDK in a process of its own, which does what it is told: see `caller.mjs`.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use guards::workspace;
use serde_json::{Value, json};

pub(crate) struct Sdk {
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Sdk {
    /// Starts it with Node.js.
    pub(crate) fn start() -> Self {
        let script = workspace::root().join("tests/foreign/contio_sdk/caller.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js is there; see tests/foreign/README.md");
        Self {
            commands: process.stdin.take().expect("it is piped"),
            answers: BufReader::new(process.stdout.take().expect("it is piped")),
            process,
        }
    }

    /// Does what `caller.mjs` has under this name, and waits for it. Whoever serves the requests of
    /// the SDK needs a thread of its own meanwhile.
    ///
    /// # Errors
    ///
    /// What the SDK throws.
    pub(crate) fn tell(&mut self, name: &str, mut command: Value) -> Result<Value, String> {
        command["do"] = name.into();
        let mut answer = String::new();
        let told = writeln!(self.commands, "{command}");
        if told.is_ok() {
            let read = self.answers.read_line(&mut answer);
            read.expect("an answer is text");
        }
        assert!(
            !answer.is_empty(),
            "the SDK does not run: install it by tests/foreign/run"
        );
        let mut answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
        match answer["error"].take() {
            Value::String(thrown) => Err(thrown),
            _ => Ok(answer["value"].take()),
        }
    }

    /// Calls a method of one of its clients.
    ///
    /// # Errors
    ///
    /// What the SDK throws.
    pub(crate) fn call(
        &mut self,
        on: &str,
        method: &str,
        arguments: &Value,
    ) -> Result<Value, String> {
        let command = json!({ "on": on, "method": method, "arguments": arguments });
        self.tell("call", command)
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
