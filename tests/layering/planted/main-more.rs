//! Planted: the binary calls the command line and nothing else.
fn main() {
    gureum::execute::execute(); //~ may not import `execute`
    gureum::cli::main()
}
