//! The template engine, as strict as it can be.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};

use super::library;

/// An engine that knows the shared templates; `| quote` makes one word of the shell.
pub(super) fn engine() -> Result<Environment<'static>, minijinja::Error> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build()?);
    engine.add_filter("quote", quote);
    for (name, text) in library::shared() {
        engine.add_template(name, text)?;
    }
    Ok(engine)
}

/// A template with values. Its name decides what is escaped: HTML in `.html` and `.xml`, nothing in others.
pub(super) fn render(
    engine: &Environment<'_>,
    name: &str,
    template: &str,
    values: &Value,
) -> Result<String, minijinja::Error> {
    engine.render_named_str(name, template, values)
}

/// Whether an expression holds.
pub(super) fn holds(engine: &Environment<'_>, expression: &str, values: &Value) -> Result<bool, minijinja::Error> {
    Ok(engine.compile_expression(expression)?.eval(values)?.is_true())
}

/// One word of the shell, whatever stands in it.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn what_is_not_there_is_an_error_and_quoting_is_the_shell_s() {
        let engine = engine().expect("the shared templates are well formed");
        let values = context! { a => "it's", links => context! { web => 1 } };
        let text = |template: &str| render(&engine, "a.sh", template, &values);
        assert_eq!(text("x {{ a | quote }}\n").expect("renders"), "x 'it'\\''s'\n");
        assert!(text("{{ b }}").is_err() && text("{{ links.cache.port }}").is_err());
        assert_eq!(text("{% if links.cache is defined %}a{% else %}b{% endif %}").expect("renders"), "b");
        assert_eq!(render(&engine, "a.xml", "{{ a }}", &values).expect("renders"), "it&#x27;s");
        assert!(holds(&engine, "links.web is defined and links.web == 1", &values).expect("evaluates"));
        assert!(!holds(&engine, "links.cache is defined", &values).expect("evaluates"));
    }
}
