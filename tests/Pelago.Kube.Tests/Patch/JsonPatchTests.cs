// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Patch;
using Xunit;

namespace Pelago.Kube.Tests.Patch;

/// <summary>What a server says of a JSON patch that is malformed, does not apply, or would do too much.</summary>
public class JsonPatchTests
{
    [Theory]
    [InlineData("""{}""", "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")]
    [InlineData("""["x"]""", "error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp")]
    [InlineData("""[{"op":"add","path":5}]""", "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.path of type string")]
    [InlineData("""[{"op":true}]""", "error decoding patch: json: cannot unmarshal bool into Go struct field jsonPatchOp.op of type string")]
    public void A_malformed_patch_is_a_bad_request(string patch, string message)
    {
        ApiStatus status = StatusOf([], JsonNode.Parse(patch));

        Assert.Equal((400, StatusReason.BadRequest, message), (status.Code, status.Reason, status.Message));
    }

    [Fact]
    public void The_status_of_a_failed_operation_hides_its_reason_as_upstream_does()
    {
        PatchException failure = Assert.Throws<PatchException>(
            () => JsonPatch.Apply([], JsonNode.Parse("""[{"op":"remove","path":"/a"}]""")));

        Assert.Equal("error in remove for path: '/a': Unable to remove nonexistent key: a: missing value", failure.Message);
        Assert.Equal(422, failure.Status.Code);
        Assert.Equal(StatusReason.Invalid, failure.Status.Reason);
        Assert.Equal("the server rejected our request due to an error in our request", failure.Status.Message);
    }

    [Fact]
    public void More_than_10000_operations_are_too_large()
    {
        var patch = new JsonArray();
        for (int i = 0; i <= JsonPatch.MaxOperations; i++)
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/a", ["value"] = 1 });

        ApiStatus status = StatusOf([], patch);

        Assert.Equal(413, status.Code);
        Assert.Equal("Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001", status.Message);
    }

    [Fact]
    public void Copies_that_double_the_document_are_stopped()
    {
        var patch = new JsonArray();
        for (int i = 0; i < 60; i++)
            patch.Add((JsonNode)new JsonObject { ["op"] = "copy", ["from"] = "/a", ["path"] = "/a/-" });

        ApiStatus status = StatusOf(new JsonObject { ["a"] = new JsonArray(new string('x', 100)) }, patch);

        Assert.Equal(422, status.Code);
    }

    [Theory]
    [InlineData("copy")]
    [InlineData("move")]
    public void Nesting_is_bounded(string operation)
    {
        var document = new JsonObject { ["a"] = new JsonObject(), ["b"] = new JsonObject() };
        var patch = new JsonArray();
        for (int i = 0; i < 200; i++)
        {
            patch.Add((JsonNode)new JsonObject { ["op"] = operation, ["from"] = "/a", ["path"] = "/b/x" });
            patch.Add((JsonNode)new JsonObject { ["op"] = "move", ["from"] = "/b", ["path"] = "/a" });
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/b", ["value"] = new JsonObject() });
        }

        PatchException failure = Assert.Throws<PatchException>(() => JsonPatch.Apply(document, patch));

        Assert.Equal("the patch nests the document deeper than 100 levels", failure.Message);
    }

    [Fact]
    public void A_document_that_becomes_a_list_is_invalid()
    {
        ApiStatus status = StatusOf([], JsonNode.Parse("""[{"op":"replace","path":"","value":[]}]"""));

        Assert.Equal(422, status.Code);
        Assert.Equal("patch", Assert.Single(status.Causes).Field);
    }

    [Fact]
    public void Strict_validation_names_the_fields_that_no_operation_has()
    {
        JsonNode? patch = JsonNode.Parse("""[{"op":"add","path":"/a","value":1},{"op":"remove","path":"/a","foo":1}]""");

        Assert.Equal(["json patch unknown field \"[1].foo\""], JsonPatch.StrictErrors(patch));
    }

    [Fact]
    public void Numbers_are_tested_by_value()
    {
        var document = new JsonObject { ["a"] = JsonNode.Parse("1.0") };

        JsonObject patched = JsonPatch.Apply(document, JsonNode.Parse("""[{"op":"test","path":"/a","value":1}]"""));

        Assert.Equal("""{"a":1.0}""", patched.ToJsonString());
    }

    private static ApiStatus StatusOf(JsonObject document, JsonNode? patch) =>
        Assert.Throws<PatchException>(() => JsonPatch.Apply(document, patch)).Status;
}
