//! Starts `xtask`, also while the workspace around it cannot be loaded.

fn main() -> std::process::ExitCode {
    xtask::main()
}
