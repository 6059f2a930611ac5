//! Questions: yes or no, an environment's name where data would be lost, and a passphrase.

use std::io::{BufRead, Write};

use console::Term;
use secrecy::SecretString;

use crate::model::messages::terminal as m;
use crate::report::Look;
use crate::say;

/// Asks, and takes only a clear yes (`y`, `yes`, `예`) for one; the end of the input is a no.
pub fn confirm(
    input: &mut impl BufRead,
    output: &mut impl Write,
    question: &str,
    look: &Look,
) -> std::io::Result<bool> {
    let answer = ask(input, output, &look.say(&say!(m::YES_NO, question = question)))?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes" | "예" | "네"))
}

/// Asks for the name to be typed, and takes nothing else for a yes.
pub fn confirm_name(
    input: &mut impl BufRead,
    output: &mut impl Write,
    question: &str,
    name: &str,
    look: &Look,
) -> std::io::Result<bool> {
    let answer = ask(input, output, &look.say(&say!(m::TYPE_NAME, question = question, name = name)))?;
    Ok(answer == name)
}

/// Asks on the terminal for something that is not shown while it is typed.
pub fn passphrase(question: &str) -> std::io::Result<SecretString> {
    let terminal = Term::stderr();
    terminal.write_str(&format!("{question}: "))?;
    Ok(terminal.read_secure_line()?.into())
}

fn ask(input: &mut impl BufRead, output: &mut impl Write, question: &str) -> std::io::Result<String> {
    output.write_all(question.as_bytes())?;
    output.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for (typed, expected) in
            [("y\n", true), ("YES\n", true), ("예\n", true), ("\n", false), ("", false), ("yy\n", false)]
        {
            let mut shown = Vec::new();
            let answer = confirm(&mut typed.as_bytes(), &mut shown, "Go on?", &Look::PLAIN).expect("no i/o error");
            assert_eq!(answer, expected, "{typed:?}");
            assert_eq!(String::from_utf8(shown).expect("text"), "Go on? [y/N] ");
        }
    }

    #[test]
    fn a_name_has_to_be_exact() {
        for (typed, expected) in [("shop\n", true), ("y\n", false), ("shop2\n", false), ("", false)] {
            let answer = confirm_name(&mut typed.as_bytes(), &mut Vec::new(), "Data goes.", "shop", &Look::PLAIN);
            assert_eq!(answer.expect("no i/o error"), expected, "{typed:?}");
        }
    }
}
