// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Cli.Tests.Images;

/// <summary>A cluster as its clients see it; what takes time is waited for, with a bound.</summary>
internal sealed class TestApi(string kubeconfig) : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);
    private readonly HttpKubeApi _api = new(Kubeconfig.Load([kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Applies an object of the default namespace.</summary>
    /// <param name="resource">As in <c>pods</c> or <c>apps/deployments</c>.</param>
    public async Task ApplyAsync(string resource, JsonObject document)
    {
        string[] parts = resource.Split('/');
        var gvr = new GroupVersionResource(parts.Length > 1 ? parts[0] : "", "v1", parts[^1]);
        document["apiVersion"] = parts.Length > 1 ? $"{parts[0]}/v1" : "v1";
        document["kind"] = parts[^1] switch { "pods" => "Pod", "deployments" => "Deployment", "services" => "Service", "configmaps" => "ConfigMap", "jobs" => "Job", _ => "PersistentVolumeClaim" };
        var path = new ResourcePath(gvr, "default", (string)document["metadata"]!["name"]!);

        // A namespace has no account yet, a moment after its start, and takes no pods.
        await Eventually.GetAsync(
            async () => (await _api.PatchAsync(path, PatchType.Apply, KubeJson.ToUtf8(document), new WriteQuery { FieldManager = "test", Force = true }, Cancel)).Error,
            error => error is null, Cancel, Bound);
    }

    public Task<JsonObject> PodAsync(string name, Func<JsonObject, bool> condition) => GetAsync($"/api/v1/namespaces/default/pods/{name}", condition);

    /// <summary>The one pod of an app that is not on its way out, once it is Ready.</summary>
    public async Task<JsonObject> ReadyAsync(string app)
    {
        JsonObject pods = await GetAsync($"/api/v1/namespaces/default/pods?labelSelector=app%3D{app}", list => Ready(list) is not null);
        return Ready(pods)!;
    }

    public async Task<JsonObject> GetAsync(string path, Func<JsonObject, bool> condition) =>
        (await Eventually.GetAsync(() => TryGetAsync(path), answer => answer.Found is not null && condition(answer.Found), Cancel, Bound)).Found!;

    /// <summary>What a path answers, as text, once it contains something.</summary>
    public async Task<string> TextAsync(string path, string part) =>
        (await Eventually.GetAsync(() => TryReadAsync(path), answer => answer.Text.Contains(part, StringComparison.Ordinal), Cancel, Bound)).Text;

    /// <summary>Runs a command in a pod until it prints what is expected: a pod's status may be older than its container.</summary>
    public Task AnswersAsync(string pod, string expected, params string[] command) =>
        Eventually.GetAsync(() => TryExecAsync(pod, command), answer => answer.Code == 0 && answer.Text == expected, Cancel, Bound);

    /// <summary>Runs a command in a pod's first container to its end; what it printed.</summary>
    public async Task<string> ExecAsync(string pod, params string[] command)
    {
        (int code, string text) = await TryExecAsync(pod, command);
        Assert.True(code == 0, $"{string.Join(' ', command)} ended with {code}: {text}");
        return text;
    }

    public ValueTask DisposeAsync()
    {
        _api.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(int Code, string Text)> TryExecAsync(string pod, string[] command)
    {
        (ExecSession? session, ApiStatus? error) = await new PodStreams(_api).ExecAsync("default", pod, new ExecRequest { Command = command }, Cancel);
        if (session is null)
            return (-1, error!.Message);
        await using (session)
        {
            var output = new System.IO.MemoryStream();
            ExecOutcome outcome = await session.CopyAsync(null, output, output, Cancel);
            return (outcome.ExitCode, System.Text.Encoding.UTF8.GetString(output.ToArray()).Trim());
        }
    }

    private static JsonObject? Ready(JsonObject pods) => pods["items"]!.AsArray().Select(pod => pod!.AsObject()).FirstOrDefault(pod =>
        pod["metadata"]!["deletionTimestamp"] is null
        && pod["status"]?["conditions"]?.AsArray().Any(item => (string?)item!["type"] == "Ready" && (string?)item["status"] == "True") == true);

    private async Task<(JsonObject? Found, string Text)> TryGetAsync(string path)
    {
        (bool answered, string text) = await TryReadAsync(path);
        return (answered ? KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(text)) : null, text);
    }

    private async Task<(bool Answered, string Text)> TryReadAsync(string path)
    {
        try
        {
            ApiResult answer = await _api.GetRawAsync(path, Cancel);
            return answer.Error is { } error ? (false, error.Message) : (true, System.Text.Encoding.UTF8.GetString(answer.Body.Span));
        }
        catch (ClusterUnreachableException away)
        {
            return (false, away.Message);
        }
    }
}
