//! No circle among the files of a crate: every file can be read after those that it uses.
//!
//! A folder's `mod.rs` and the files below it belong together, so that only arrows between other
//! files count. The files of `graphql/schema/indicator` are the one circle: a line has indicators,
//! and an indicator is a line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::app::repository;

/// The files that may form a circle.
const ALLOWED: &str = "graphql/schema/indicator/";

/// A module by its path in the crate, such as `http::access`.
type Module = Vec<String>;

/// The module of a file.
fn module_of(root: &Path, file: &Path) -> Module {
    let relative = file.strip_prefix(root).unwrap().with_extension("");
    let mut names: Module =
        relative.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| ["mod", "lib", "main"].contains(&name.as_str())) {
        names.pop();
    }
    names
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The paths that a text of `use` names, braces expanded.
fn expand(prefix: &str, text: &str, found: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    for (at, sign) in text.char_indices().chain([(text.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let item = text[start..at].trim();
                start = at + 1;
                match item.split_once('{') {
                    _ if item.is_empty() => {}
                    Some((head, inner)) => {
                        let inner = inner.strip_suffix('}').unwrap_or(inner);
                        expand(&format!("{prefix}{head}"), inner, found);
                    }
                    None => found.push(format!("{prefix}{item}")),
                }
            }
            _ => {}
        }
    }
}

/// The paths in a file's code that begin at the crate's root or at a module above.
fn paths(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code: Vec<&str> =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join(" ");
    let mut found = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            // A further `super::` belongs to the first one.
            if code[..at].ends_with("::") || code[..at].ends_with('$') {
                continue;
            }
            let rest = &code[at..];
            if code[..at].trim_end().ends_with("use") {
                expand("", rest.split(';').next().unwrap(), &mut found);
            } else {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
                found.push(rest[..end.unwrap_or(rest.len())].to_owned());
            }
        }
    }
    found
}

/// The module that a path leads to, as far as there is a file for it.
fn target(of: &Module, path: &str, modules: &BTreeSet<Module>) -> Module {
    let mut module = of.clone();
    for (position, name) in path.split("::").map(str::trim).enumerate() {
        match name {
            "crate" if position == 0 => module.clear(),
            "super" => drop(module.pop()),
            "self" => {}
            name => {
                module.push(name.to_owned());
                if !modules.contains(&module) {
                    module.pop();
                    break;
                }
            }
        }
    }
    module
}

/// The arrows between modules of which neither lies within the other.
fn arrows(root: &Path) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut found = Vec::new();
    files(root, &mut found);
    let modules: BTreeSet<Module> = found.iter().map(|file| module_of(root, file)).collect();
    let mut arrows = BTreeMap::new();
    for file in &found {
        let from = module_of(root, file);
        let to = paths(&fs::read_to_string(file).unwrap()).into_iter();
        let to = to.map(|path| target(&from, &path, &modules));
        let to = to.filter(|to| !to.starts_with(&from) && !from.starts_with(to));
        arrows.insert(from.clone(), to.collect());
    }
    arrows
}

/// A way from a module back to itself.
fn circle(start: &Module, arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<Module>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in arrows.get(way.last()?).into_iter().flatten() {
            if next == start {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push([way.clone(), vec![next.clone()]].concat());
            }
        }
    }
    None
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    for root in ["src", "crates/candles/src", "crates/config/src", "crates/reader/src"]
        .into_iter()
        .chain(["crates/storage/src", "crates/telemetry/src", "migration/src"])
    {
        let arrows = arrows(&repository(root));
        assert!(!arrows.is_empty(), "{root}");
        for start in arrows.keys() {
            let Some(way) = circle(start, &arrows) else { continue };
            let way: Vec<String> = way.iter().map(|module| module.join("/")).collect();
            let is_allowed = way.iter().all(|module| module.starts_with(ALLOWED));
            assert!(is_allowed, "{root}: a circle of files: {}", way.join(" -> "));
        }
    }
}

/// A folder is a module too: what lies in one folder of the crate's root counts as one.
#[test]
fn no_top_level_modules_use_each_other_in_a_circle() {
    for root in ["src", "crates/reader/src", "crates/storage/src", "crates/telemetry/src"] {
        let mut folded: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        let top = |module: &Module| module[..module.len().min(1)].to_vec();
        for (from, to) in arrows(&repository(root)) {
            let to = to.iter().map(top).filter(|to| *to != top(&from) && !to.is_empty());
            folded.entry(top(&from)).or_default().extend(to);
        }
        folded.remove(&Module::new());
        for start in folded.keys() {
            let way = circle(start, &folded);
            assert!(way.is_none(), "{root}: a circle of modules: {way:?}");
        }
    }
}

#[test]
fn a_circle_is_found() {
    let module = |name: &str| vec![name.to_owned()];
    let arrows = BTreeMap::from([
        (module("a"), BTreeSet::from([module("b")])),
        (module("b"), BTreeSet::from([module("c")])),
        (module("c"), BTreeSet::from([module("a")])),
        (module("d"), BTreeSet::from([module("a")])),
    ]);
    assert_eq!(circle(&module("a"), &arrows).unwrap().len(), 3);
    assert!(circle(&module("d"), &arrows).is_none());
    let mut found = Vec::new();
    expand("", "super::{a::{self, B}, c}", &mut found);
    assert_eq!(found, ["super::a::self", "super::a::B", "super::c"]);
}
