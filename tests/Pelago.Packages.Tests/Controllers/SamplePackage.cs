// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>A package with all that an installation has to do with: workloads, hooks, something to keep, something that only one version has.</summary>
internal static class SamplePackage
{
    private const string Config = """
        {"type": "object", "properties": {
          "replicas": {"type": "integer", "minimum": 1, "default": 1},
          "greeting": {"type": "string", "default": "hello"}}}
        """;

    private const string Template = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{installation.name}}"}
        data: {greeting: "{{greeting}}", version: "{{package.version}}"}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{installation.name}}-only-VERSION"}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{installation.name}}"}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: "{{installation.name}}"}}
          template:
            metadata: {labels: {app: "{{installation.name}}"}}
            spec: {containers: [{name: web, image: "web:{{package.version}}"}]}
        ---
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: "{{installation.name}}-prepare"
          annotations: {packages.pelago.dev/hook: "pre-install, post-upgrade, pre-delete"}
        spec: {template: {spec: {restartPolicy: Never, containers: [{name: prepare, image: prepare}]}}}
        """;

    public static PackageRevision Of(string version, string more = "", string fields = "") => new(long.Parse(version.Split('.')[0]), Json(
        $$"""
        {"packagingVersion": "pelago-1", "name": "sample", "version": "{{version}}", "maintainer": "a@example.com", "description": "d", "tags": [],
         "upgradesFrom": ["1.0"], "downgradesTo": ["1.0"]{{fields}}}
        """))
    {
        Config = Json(Config),
        KubernetesTemplate = Template.Replace("VERSION", version.Replace('.', '-'), StringComparison.Ordinal) + (more.Length > 0 ? $"\n---\n{more}" : ""),
    };

    public static JsonObject Json(string text) => KubeJson.ParseObject(Encoding.UTF8.GetBytes(text));
}
