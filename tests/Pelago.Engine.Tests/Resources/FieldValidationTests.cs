// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Tests.Server;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class FieldValidationTests(EngineFixture engine)
{
    private const string Unknown = """{"metadata":{"name":"a"},"spec":{"podSelector":{},"frob":1,"policyTypes":[],"policyTypes":[]}}""";

    [Fact]
    public async Task Strict_refuses_unknown_and_repeated_fields()
    {
        string path = await PathAsync();

        Answer answer = await engine.SendAsync("POST", path + "?fieldValidation=Strict", Unknown);

        Assert.Equal((400, "BadRequest"), (answer.Code, answer.Reason));
        Assert.Equal(
            "NetworkPolicy in version \"v1\" cannot be handled as a NetworkPolicy: strict decoding error: unknown field \"spec.frob\", duplicate field \"spec.policyTypes\"",
            answer.Message);
    }

    [Fact]
    public async Task Warn_is_the_default_and_stores_what_is_known()
    {
        string path = await PathAsync();

        Answer answer = await engine.SendAsync("POST", path, Unknown);

        Assert.Equal(201, answer.Code);
        Assert.Null(answer.Json["spec"]!["frob"]);
        Assert.Equal(
            ["299 - \"unknown field \\\"spec.frob\\\"\"", "299 - \"duplicate field \\\"spec.policyTypes\\\"\""],
            answer.Response.Headers.GetValues("Warning"));
    }

    [Fact]
    public async Task Ignore_says_nothing()
    {
        string path = await PathAsync();

        Answer answer = await engine.SendAsync("POST", path + "?fieldValidation=Ignore", Unknown);

        Assert.Equal(201, answer.Code);
        Assert.False(answer.Response.Headers.Contains("Warning"));
    }

    [Fact]
    public async Task A_patch_is_judged_by_what_it_makes()
    {
        string path = await PathAsync();
        await engine.CreateAsync(path, """{"metadata":{"name":"a"},"spec":{"podSelector":{}}}""");

        Answer strict = await engine.SendAsync(
            "PATCH", path + "/a?fieldValidation=Strict", """{"spec":{"frob":1}}""", "application/merge-patch+json");
        Answer type = await engine.SendAsync("PATCH", path + "/a", """{"spec":{"policyTypes":1}}""", "application/merge-patch+json");

        Assert.Equal((422, "Invalid"), (strict.Code, strict.Reason));
        Assert.EndsWith(": strict decoding error: unknown field \"spec.frob\"", strict.Message, StringComparison.Ordinal);
        Assert.Equal((422, "Invalid"), (type.Code, type.Reason));
    }

    [Fact]
    public async Task Another_word_is_refused()
    {
        Answer answer = await engine.SendAsync("POST", await PathAsync() + "?fieldValidation=Maybe", Unknown);

        Assert.Equal(422, answer.Code);
        Assert.StartsWith("CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: ", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_of_another_type_is_refused()
    {
        Answer answer = await engine.SendAsync("POST", await PathAsync(), """{"metadata":{"name":"a"},"spec":{"podSelector":[]}}""");

        Assert.Equal(400, answer.Code);
        Assert.StartsWith("NetworkPolicy in version \"v1\" cannot be handled as a NetworkPolicy: json: cannot unmarshal array into Go struct field ", answer.Message, StringComparison.Ordinal);
    }

    private async Task<string> PathAsync() => $"/apis/networking.k8s.io/v1/namespaces/{await engine.NamespaceAsync()}/networkpolicies";
}
