//! What one overlay brings along and another leaves out, in a run that has everything there is.

use super::{findings, findings_of_all, pod_with_key};

const GENERATES: &str = "resources: [../base]\nsecretGenerator:\n- name: db\n  literals: [password=a]\n";

/// A base with a pod, and two overlays of it.
fn found(one: &str, other: &str, more: &[(&str, &str)]) -> Vec<String> {
    let pod = pod_with_key("password");
    let mut files = vec![
        ("base/kustomization.yaml", "resources: [pod.yaml]"),
        ("base/pod.yaml", &*pod),
        ("one/kustomization.yaml", one),
        ("other/kustomization.yaml", other),
    ];
    files.extend(more);
    findings_of_all(&files)
}

#[test]
fn an_overlay_that_lacks_what_others_bring_is_told() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {password: a}}";
    let bare = "resources: [../base]";
    let left_out = ["error dangling-secret base/pod.yaml: db"];
    assert_eq!(found(GENERATES, bare, &[]), left_out);
    assert_eq!(found(bare, GENERATES, &[]), left_out);
    assert_eq!(found(GENERATES, GENERATES, &[]), [""; 0]);
    // One of several kustomizations between them.
    let through = [("mid/kustomization.yaml", "resources: [../base]")];
    assert_eq!(found(GENERATES, "resources: [../mid]", &through), left_out);
    // It may come another way: applied for itself, with another root, from elsewhere, by a plugin or a patch.
    assert_eq!(found(GENERATES, bare, &[("db.yaml", secret)]), [""; 0]);
    let apart = [
        ("infra/kustomization.yaml", "resources: [db.yaml]"),
        ("infra/db.yaml", secret),
    ];
    assert_eq!(found(GENERATES, bare, &apart), [""; 0]);
    for open in [
        "resources: [../base, 'https://example.com/db']",
        "resources: [../base]\ngenerators: [db.yaml]",
        "resources: [../base]\nhelmCharts: [{name: postgres, releaseName: pg}]",
        "resources: [../base]\npatches:\n- patch: |\n    kind: Pod\n    metadata: {name: p}\n    $patch: delete\n",
    ] {
        assert_eq!(found(GENERATES, open, &[]), [""; 0], "{open}");
    }
}

#[test]
fn what_a_cluster_may_have_is_not_told() {
    let pod = pod_with_key("password");
    let files = [
        ("base/kustomization.yaml", "resources: [pod.yaml]"),
        ("base/pod.yaml", &*pod),
        ("one/kustomization.yaml", GENERATES),
        ("other/kustomization.yaml", "resources: [../base]"),
    ];
    assert_eq!(findings(&files), [""; 0]);
}
