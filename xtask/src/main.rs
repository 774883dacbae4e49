//! The command line of the workspace; see the library.

fn main() -> std::process::ExitCode {
    xtask::main()
}
