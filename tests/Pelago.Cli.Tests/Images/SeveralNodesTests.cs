// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.TestKit.Client;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Images;

/// <summary>The image commands before nodes of which some give no answer.</summary>
public sealed class SeveralNodesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentDictionary<string, string> _received = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _together = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _working;
    private int _most;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Removal_goes_on_where_a_node_is_away()
    {
        ProgramResult result = await RunAsync(4, AnswerOf("n2", "n3"), "image", "rm", "app:1");

        Assert.Equal((1, "app:1 removed from n1, n4\n"), (result.ExitCode, result.Output));
        Assert.Contains("pelago: app:1 was not removed: node n2 of cluster fake: n2 is away\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("pelago: app:1 was not removed: node n3 of cluster fake: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_goes_on_where_a_node_is_away()
    {
        ProgramResult result = await RunAsync(4, AnswerOf("n1", "n4"), "image", "pull", "app:1", "-o", "json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["n2", "n3"], JsonNode.Parse(result.Output)!["items"]!.AsArray().Select(item => (string)item!["node"]!));
        Assert.Contains("node n1 of cluster fake: n1 is away. Where no registry is reached", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_node_gets_the_whole_archive_but_those_that_are_away()
    {
        byte[] archive = RandomNumberGenerator.GetBytes(3_000_001);
        await File.WriteAllBytesAsync(_directory["app.tar"], archive, Cancel);

        ProgramResult result = await RunAsync(12, AnswerOf("n2", "n3"), "image", "import", _directory["app.tar"], "-o", "name");

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal(["n1", "n10", "n11", "n12", "n4", "n5", "n6", "n7", "n8", "n9"], _received.Keys.Order(StringComparer.Ordinal));
        Assert.All(_received.Values, hash => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(archive)), hash));
        Assert.Equal(2, result.Error.Split('\n').Count(line => line.Contains("app.tar was not imported: node n", StringComparison.Ordinal)));
        Assert.InRange(_most, 2, 8);
    }

    [Fact]
    public async Task When_no_node_is_reached_the_code_says_so()
    {
        ProgramResult result = await RunAsync(2, AnswerOf("n1", "n2"), "image", "rm", "app:1");

        Assert.Equal((4, ""), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task What_is_wrong_with_an_archive_is_said_once_and_it_is_sent_to_few_nodes()
    {
        await File.WriteAllTextAsync(_directory["app.tar"], "text", Cancel);
        int asked = 0;

        ProgramResult result = await RunAsync(100, (http, node) =>
        {
            Interlocked.Increment(ref asked);
            return WriteAsync(http, 422, Status(422, "the archive is none"));
        }, "image", "import", _directory["app.tar"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Single(result.Error.Split('\n'), line => line.Contains("app.tar was not imported: node n1 of cluster fake: the archive is none", StringComparison.Ordinal));
        Assert.InRange(asked, 1, 8);
        Assert.Contains($" and {100 - asked - 20} nodes more after that; where nodes are of several versions, another one may take it: --node NAME\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_nodes_that_an_archive_was_not_sent_to_are_named()
    {
        await File.WriteAllTextAsync(_directory["app.tar"], "text", Cancel);

        ProgramResult result = await RunAsync(9, (http, _) => WriteAsync(http, 400, Status(400, "zstd is not known here")), "image", "import", _directory["app.tar"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Matches("app.tar was not sent to n[1-9](, n[1-9])* after that; ", result.Error);
    }

    private async Task<ProgramResult> RunAsync(int nodes, Func<HttpContext, string, Task> answer, params string[] arguments)
    {
        var list = new JsonObject
        {
            ["items"] = new JsonArray([.. Enumerable.Range(1, nodes).Select(i => (JsonNode)new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"n{i}" }, ["status"] = new JsonObject { ["nodeInfo"] = new JsonObject { ["containerRuntimeVersion"] = "containerd://1.7" } },
            })]),
        };
        await using FakeApiServer server = await FakeApiServer.StartAsync(http => http.Request.Path.Value!.Split('/') switch
        {
            ["", "api", "v1", "nodes"] => WriteAsync(http, 200, list.ToJsonString()),
            ["", "api", "v1", "nodes", var node, "proxy", ..] => answer(http, node),
            _ => WriteAsync(http, 404, Status(404, "the server could not find the requested resource")),
        }, tls: false, Cancel);
        await File.WriteAllTextAsync(_directory["kubeconfig"], server.ToKubeconfig(), Cancel);
        return await CliProcess.RunAsync(_directory["home"], [.. arguments, "--kubeconfig", _directory["kubeconfig"]]);
    }

    /// <summary>Images come and go on every node but two: one that the API server cannot reach, and one at which the connection breaks.</summary>
    private Func<HttpContext, string, Task> AnswerOf(string away, string breaks) => async (http, node) =>
    {
        if (node == breaks && node != away && http.Request.Method != "POST")
            http.Abort();
        else if (node == away || node == breaks)
            await WriteAsync(http, 503, Status(503, $"{node} is away"));
        else
            await WorkAsync(http, node);
    };

    private async Task WorkAsync(HttpContext http, string node)
    {
        lock (_gate)
            _most = Math.Max(_most, ++_working);
        if (_most > 1)
            _together.TrySetResult();
        if (http.Request.Path.Value!.EndsWith("/import", StringComparison.Ordinal))
        {
            await _together.Task.WaitAsync(Cancel); // one after the other they would wait for ever
            _received[node] = Convert.ToHexStringLower(await SHA256.HashDataAsync(http.Request.Body, Cancel));
            await WriteAsync(http, 200, """{"items":[{"id":"sha256:1","names":["docker.io/library/app:1"]}]}""");
        }
        else
        {
            await WriteAsync(http, 200, """{"id":"sha256:1","names":["docker.io/library/app:1"],"items":[]}""");
        }

        lock (_gate)
            _working--;
    }

    private static string Status(int code, string message) =>
        new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["code"] = code, ["message"] = message, ["details"] = new JsonObject { ["name"] = "n" } }.ToJsonString();

    private static async Task WriteAsync(HttpContext http, int code, string body)
    {
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body, http.RequestAborted);
    }
}
