// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Schema;
using Pelago.Engine.Schema.Defaults;
using Pelago.Kube;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Engine.Tests.Schema;

/// <summary>
/// golden/stored.jsonl: what a client sends and what is stored of it before strategies and admission. The lines were compared with a kube-apiserver 1.20;
/// where they differ, newer versions store more (internalTrafficPolicy, completionMode, suspend, podReplacementPolicy, persistentVolumeClaimRetentionPolicy…).
/// </summary>
public class StoredFormTests
{
    public static TheoryData<string> Names => [.. Lines().Select(line => (string)line["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_document_is_stored_with_every_default(string name)
    {
        JsonNode line = Lines().Single(each => (string)each["name"]! == name);
        var given = (JsonObject)line["given"]!.DeepClone();

        IReadOnlyList<StatusCause> causes = Store(given, out DecodeFindings findings);

        Assert.Same(DecodeFindings.None, findings);
        Assert.Empty(causes);
        Assert.True(JsonNode.DeepEquals(line["stored"], given), $"expected {line["stored"]!.ToJsonString()}\n  actual {given.ToJsonString()}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_stored_form_does_not_change_when_it_is_stored_again(string name)
    {
        JsonNode stored = Lines().Single(each => (string)each["name"]! == name)["stored"]!;
        var again = (JsonObject)stored.DeepClone();

        Store(again, out _);

        Assert.True(JsonNode.DeepEquals(stored, again), again.ToJsonString());
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[]}}""", "spec.containers: Required value")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"restartPolicy":"Perhaps","containers":[{"name":"","image":"x"}]}}""",
        "spec.containers[0].name: Required value|spec.restartPolicy: Unsupported value: \"Perhaps\": supported values: \"Always\", \"Never\", \"OnFailure\"")]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"p"}}""", "spec.template.spec.containers: Required value|spec.selector: Required value")]
    [InlineData("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"protocol":"tcp"}]}}""",
        "spec.ports[0].protocol: Unsupported value: \"tcp\": supported values: \"SCTP\", \"TCP\", \"UDP\"|spec.ports[0].port: Required value")]
    public void What_a_kind_requires_is_reported(string document, string expected)
    {
        var json = (JsonObject)JsonNode.Parse(document)!;

        IReadOnlyList<StatusCause> causes = Store(json, out _);

        Assert.Equal(expected.Split('|').Order(StringComparer.Ordinal), causes.Select(cause => $"{cause.Field}: {cause.Message}").Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<StatusCause> Store(JsonObject json, out DecodeFindings findings)
    {
        var subject = new KubeObject(json);
        Assert.True(GroupVersion.TryParse(subject.ApiVersion, out GroupVersion version));
        SchemaNode schema = BuiltInSchemas.Instance.Find(new GroupVersionKind(version.Group, version.Version, subject.Kind))!;
        findings = StrictDecoding.Check(subject.ToUtf8(), schema);
        Pruning.Prune(json, schema);
        KindDefaults.Apply(subject, version.Group, subject.Kind, schema);
        return Validation.Validate(json, schema);
    }

    private static JsonNode[] Lines()
    {
        using Stream stream = typeof(StoredFormTests).Assembly.GetManifestResourceStream("Schema/golden/stored.jsonl")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
