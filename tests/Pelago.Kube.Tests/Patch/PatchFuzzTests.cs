// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using CsCheck;
using Pelago.Kube.Patch;
using Xunit;

namespace Pelago.Kube.Tests.Patch;

/// <summary>Generated patches on generated documents do what <c>kubectl patch --local</c> makes of them, failures included.</summary>
public class PatchFuzzTests
{
    private static readonly (string Kind, string ApiVersion)[] Kinds =
        [("Pod", "v1"), ("Deployment", "apps/v1"), ("Service", "v1"), ("ConfigMap", "v1")];

    [Theory]
    [InlineData("strategic")]
    [InlineData("merge")]
    [InlineData("json")]
    public Task A_few_patches_agree_with_kubectl(string type) => CompareAsync(type, patches: 6, documents: 20);

    [Theory]
    [Trait("Lane", "Slow")]
    [InlineData("strategic")]
    [InlineData("merge")]
    [InlineData("json")]
    public Task Many_patches_agree_with_kubectl(string type) => CompareAsync(type, patches: 300, documents: 120);

    private static async Task CompareAsync(string type, int patches, int documents)
    {
        KubectlOracle[] oracles = await KubectlOracle.OldestAndNewestAsync();
        Assert.SkipWhen(oracles.Length == 0, KubectlOracle.SkipReason);
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        await Gen.Int.SampleAsync(
            async seed =>
            {
                string? difference = await DifferenceAsync(oracles, type, seed, documents, cancellation);
                Assert.True(difference is null, difference);
            },
            iter: patches, threads: 2);
    }

    private static async Task<string?> DifferenceAsync(KubectlOracle[] oracles, string type, int seed, int count, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var generator = new PatchGenerator(random);
        (string kind, string apiVersion) = Kinds[(uint)seed % Kinds.Length];
        List<JsonObject> documents = [.. Enumerable.Range(0, count).Select(_ => generator.Document(kind, apiVersion))];
        JsonNode patch = generator.Patch(type, documents[0], kind);

        KubectlOracle oracle = oracles[random.Next(oracles.Length)];
        oracle = oracle.Judges(patch) ? oracle : oracles[^1];
        if (await AgreesAsync(oracle, type, documents, patch, cancellation))
            return null;
        foreach (JsonObject document in documents)
        {
            (List<JsonObject> expected, string[] errors) = await oracle.PatchAsync(type, [document], patch, cancellation);
            (JsonObject? actual, string? error) = Run(type, document, patch);
            if ((expected.Count == 0) != (actual is null) || (actual is not null && !JsonEquality.DeepEquals(expected[0], actual)))
            {
                return $"{oracle}, {type}, seed {seed}\ndocument {document.ToJsonString()}\npatch {patch.ToJsonString()}\n"
                    + $"ours {actual?.ToJsonString() ?? error}\nkubectl {expected.FirstOrDefault()?.ToJsonString() ?? string.Join('\n', errors)}";
            }
        }
        return $"{oracle}, {type}, seed {seed}: the documents agree one by one, but not together";
    }

    /// <summary>Failed documents are missing in kubectl's answer, so what counts is that the others come in the same order.</summary>
    private static async Task<bool> AgreesAsync(
        KubectlOracle oracle, string type, List<JsonObject> documents, JsonNode patch, CancellationToken cancellation)
    {
        (List<JsonObject> expected, _) = await oracle.PatchAsync(type, documents, patch, cancellation);
        List<JsonObject?> actual = [.. documents.Select(document => Run(type, document, patch).Patched).Where(patched => patched is not null)];
        return actual.Count == expected.Count && actual.Zip(expected).All(pair => JsonEquality.DeepEquals(pair.First, pair.Second));
    }

    private static (JsonObject? Patched, string? Error) Run(string type, JsonObject document, JsonNode patch)
    {
        try
        {
            return (PatchKind.Apply(type, document, patch), null);
        }
        catch (PatchException failure)
        {
            return (null, failure.Message);
        }
    }
}
