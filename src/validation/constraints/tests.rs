use super::*;
use crate::manifest::{File, Surroundings};
use crate::settings::Settings;
use crate::yaml::{self, Tree};

/// `needs` leaves out rows whose field is not there, so what they check must have nothing to say of it.
#[test]
fn what_is_left_out_for_a_missing_field_says_nothing_of_it() {
    let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{}], template: {spec: {}}}\n";
    let mut tree = Tree::default();
    yaml::parse(text, &[], &mut tree);
    yaml::note_duplicates(text, &mut tree);
    let settings = Settings::default();
    let file = File::read("pod.yaml", text, &tree, &Surroundings::default(), false);
    let mut cx = Cx::new(&file, &settings);
    let root = file.objects[0].fields();
    let spec = root.child("spec");
    let (containers, template) = (spec.child("containers"), spec.child("template"));
    let container = containers.items().next().expect("a container");
    let pod = template.child("spec");
    let mut checks = 0;
    for row in ROWS.iter().filter(|row| row.needs != 0) {
        let [Step::Name(name, _)] = row.path else { continue };
        for test in row.tests.iter().filter(|test| test.when.is_empty()) {
            let Op::Check(check, words) = test.op else {
                continue;
            };
            checks += 1;
            for base in [&root, &spec, &container, &pod] {
                // The Pod has a spec, and that has containers.
                let field = base.child(name);
                if field.value().is_none() {
                    check(&field, &mut cx);
                }
                assert_eq!(cx.count(), 0, "`{name}` {words}: {:?}", cx.found);
            }
        }
    }
    assert!(checks > 20, "{checks}");
}

#[test]
fn rows_need_the_fields_without_which_they_are_silent() {
    let ty = TypeId::find("", "v1.Container").expect("a type");
    let needs = |wanted: &str| {
        let mut found = rows(ty)
            .iter()
            .filter(|row| matches!(row.path, [Step::Name(name, _)] if *name == wanted));
        found.next().map(|row| row.needs)
    };
    let bit = |name: &str| table::name_id(name.as_bytes()).map(table::name_bit);
    assert_eq!(needs("name"), Some(0), "it is required");
    assert_eq!(needs("imagePullPolicy"), bit("imagePullPolicy"));
    assert_eq!(needs("livenessProbe"), bit("livenessProbe"));
}
