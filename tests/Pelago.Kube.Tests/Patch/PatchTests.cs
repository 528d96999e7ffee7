// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Patch;
using Xunit;

namespace Pelago.Kube.Tests.Patch;

public class PatchTests
{
    public static TheoryData<string, string> Recorded()
    {
        var data = new TheoryData<string, string>();
        foreach (string type in PatchKind.All)
        {
            foreach (JsonNode? one in PatchCases.Of(type))
                data.Add(type, one!.AsObject().String("name")!);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Patch_does_what_kubectl_does(string type, string name)
    {
        JsonObject one = PatchCases.Of(type).Select(item => item!.AsObject()).Single(item => item.String("name") == name);
        JsonObject document = PatchCases.Documents[one.String("on")!]!.AsObject();
        JsonNode? patch = one["patch"];
        string documentBefore = document.ToJsonString(), patchBefore = patch?.ToJsonString() ?? "";

        (JsonObject? patched, string? error) = Run(type, document, patch);

        Assert.Equal(one.String("error"), error);
        if (!JsonEquality.DeepEquals(one["expect"], patched))
            Assert.Equal(one["expect"]?.ToJsonString(), patched?.ToJsonString());
        Assert.Equal(documentBefore, document.ToJsonString());
        Assert.Equal(patchBefore, patch?.ToJsonString() ?? "");
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task Recorded_cases_are_what_kubectl_says()
    {
        KubectlOracle[] oracles = await KubectlOracle.OldestAndNewestAsync();
        Assert.SkipWhen(oracles.Length == 0, KubectlOracle.SkipReason);
        bool record = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

        foreach (string type in PatchKind.All)
        {
            var recorded = (JsonArray)PatchCases.Of(type).DeepClone();
            foreach (KubectlOracle oracle in oracles)
                await Task.WhenAll(recorded.Select(one => AskAsync(oracle, type, one!.AsObject())));
            if (record)
                PatchCases.Write(type, recorded);
            else
                Assert.True(JsonEquality.DeepEquals(PatchCases.Of(type), recorded), $"{type}: kubectl says otherwise; see with UPDATE_GOLDEN=1");
        }
    }

    [Fact]
    public void A_patch_that_is_no_object_is_a_bad_request()
    {
        const string text = "json: cannot unmarshal array into Go value of type map[string]interface {}";

        PatchException strategic = Assert.Throws<PatchException>(() => StrategicMergePatch.Apply([], new JsonArray(), null));
        PatchException merge = Assert.Throws<PatchException>(() => MergePatch.Apply([], new JsonArray()));
        PatchException nothing = Assert.Throws<PatchException>(() => MergePatch.Apply([], null));

        Assert.Equal((400, text), (strategic.Status.Code, strategic.Status.Message));
        Assert.Equal((400, $"error decoding patch: {text}"), (merge.Status.Code, merge.Status.Message));
        Assert.Equal((400, "Invalid JSON Patch"), (nothing.Status.Code, nothing.Status.Message));
    }

    private static async Task AskAsync(KubectlOracle oracle, string type, JsonObject one)
    {
        if (!oracle.Judges(one["patch"]))
            return;
        JsonObject document = PatchCases.Documents[one.String("on")!]!.AsObject();
        (List<JsonObject> patched, string[] errors) = await oracle.PatchAsync(type, [document], one["patch"], TestContext.Current.CancellationToken);
        one.Remove("expect");
        one.Remove("error");
        if (patched is [var only])
            one["expect"] = only.DeepClone();
        else
            one["error"] = string.Join('\n', errors);
    }

    private static (JsonObject? Patched, string? Error) Run(string type, JsonObject document, JsonNode? patch)
    {
        try
        {
            return (PatchKind.Apply(type, document, patch), null);
        }
        catch (PatchException failure)
        {
            return (null, failure.Message.TrimEnd('\n'));
        }
    }
}
