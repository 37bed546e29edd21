//! How an error asks whether its reader meant another name.

/// A question for one of some names; none without names.
pub(crate) fn did_you_mean<Name: AsRef<str>>(names: &[Name]) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("did you mean {}?", name.as_ref())),
        [names @ .., last] => {
            let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
            Some(format!("did you mean {} or {}?", names.join(", "), last.as_ref()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_all() {
        let question = |names: &[&str]| did_you_mean(names).unwrap_or_default();
        assert_eq!(question(&[]), "");
        assert_eq!(question(&["a"]), "did you mean a?");
        assert_eq!(question(&["a", "b"]), "did you mean a or b?");
        assert_eq!(question(&["a", "b", "c"]), "did you mean a, b or c?");
    }
}
