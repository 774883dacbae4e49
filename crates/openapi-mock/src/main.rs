//! The command `openapi-mock`; see the library.

fn main() -> std::process::ExitCode {
    openapi_mock::cli::main()
}
