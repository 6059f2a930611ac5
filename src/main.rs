//! The `gureum` command: everything is in [`gureum::cli`].

fn main() -> std::process::ExitCode {
    gureum::cli::main()
}
