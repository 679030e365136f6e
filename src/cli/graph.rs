//! `kubeproof graph`: who uses, makes and selects what.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::graph::Index;
use crate::picture::{self, Asked, Picture};

use super::inputs::InputArgs;
use super::reader::{self, Opened};
use super::terminal::{Terminal, tell};
use super::{CLEAN, TROUBLE, write};

/// The arguments of `kubeproof graph`.
#[derive(Args, Debug)]
pub struct GraphArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Draw only what is around one object: `secret/web/tls`, `deploy/shop`; kinds as for kubectl.
    #[arg(long, value_name = "KIND/[NAMESPACE/]NAME", value_parser = Asked::parse)]
    pub around: Option<Asked>,
    /// How many references away from that object to go, whichever way they lead.
    #[arg(long, value_name = "N", default_value_t = 2, requires = "around", value_parser = clap::value_parser!(u8).range(0..=64))]
    pub depth: u8,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = GraphFormat::Text, help_heading = "Output")]
    pub format: GraphFormat,
    /// Write to this file, whole or not at all, instead of standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// The formats of the graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum GraphFormat {
    /// A tree, for people.
    Text,
    /// The language of Graphviz.
    Dot,
    /// A flowchart for Markdown.
    Mermaid,
    /// One JSON object, for programs.
    Json,
    /// One page for a browser, with everything in it.
    Html,
}

/// Runs the command and returns the exit code.
pub fn graph(args: &GraphArgs, terminal: &Terminal) -> u8 {
    let mut problems = Vec::new();
    let (inputs, opened) = match Opened::of(&args.input.reading, &args.input.paths, &mut problems) {
        Ok(opened) => opened,
        Err(nonsense) => {
            tell(&nonsense);
            return TROUBLE;
        }
    };
    let reader = opened.reader();
    let (inputs, names, facts) = reader.read(inputs, &mut problems);
    let index = Index::with(&names, reader.table);
    let mut picture = Picture::new(&index);
    let mut code = CLEAN;
    if picture.nodes.is_empty() && problems.is_empty() {
        tell(
            "no Kubernetes object was read, so that there is nothing to draw; name files or folders with manifests",
        );
        code = TROUBLE;
    } else if let Some(asked) = &args.around {
        match picture.find(asked) {
            Ok(centre) => picture.around(centre, usize::from(args.depth)),
            Err(missing) => {
                tell(&format!("--around: {}", missing.0));
                code = TROUBLE;
            }
        }
    }
    if code == CLEAN {
        picture.place(&reader.places(&inputs, picture.asked(), &mut problems));
        let out = print(&picture, args, terminal);
        let written = match &args.output {
            Some(path) => write::replace(path, |file| file.write_all(out.as_bytes()))
                .map_err(|problem| problem.to_string()),
            None => terminal
                .write(&out)
                .map_err(|error| format!("the graph could not be written: {error}")),
        };
        if let Err(why) = written {
            tell(&why);
            code = TROUBLE;
        }
    }
    reader::broken(&names, &facts, &inputs, &mut problems);
    problems.sort();
    problems.dedup();
    for problem in &problems {
        tell(&problem.to_string());
    }
    if problems.is_empty() { code } else { TROUBLE }
}

fn print(picture: &Picture<'_>, args: &GraphArgs, terminal: &Terminal) -> String {
    let mut out = String::new();
    match args.format {
        GraphFormat::Text => picture::Text {
            color: terminal.color && args.output.is_none(),
        }
        .print(picture, &mut out),
        GraphFormat::Dot => picture::dot(picture, &mut out),
        GraphFormat::Mermaid => picture::mermaid(picture, &mut out),
        GraphFormat::Json => picture::json(picture, &mut out),
        GraphFormat::Html => picture::html(picture, &mut out),
    }
    out
}
