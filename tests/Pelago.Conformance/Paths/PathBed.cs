// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Paths;

/// <summary>
/// What the paths of the table name: a namespace with a ConfigMap <c>kept</c>, pods <c>idle</c> and <c>two</c> (of two containers) that no scheduler takes,
/// and a Deployment <c>web</c> of no pods. No row changes them.
/// </summary>
public sealed class PathBed(TestCluster cluster) : IAsyncLifetime
{
    private const int TooLong = 129;
    private const int TooLarge = 3 * 1024 * 1024 + 1;
    private readonly string _namespace = $"paths-{Guid.NewGuid().ToString("n")[..8]}";
    private readonly TestCluster _cluster = cluster;
    private readonly RawApi _api = new(cluster.Kubeconfig);

    public async ValueTask InitializeAsync()
    {
        await MakeAsync("/api/v1/namespaces", """{"metadata":{"name":"{ns}"}}""");
        await Waiting.UntilAsync(HasAccountAsync, "the default service account exists");
        await MakeAsync("/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"kept"},"data":{"a":"1"}}""");
        await MakeAsync("/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"idle"},"spec":{"schedulerName":"nobody","containers":[{"name":"a","image":"i"}]}}""");
        await MakeAsync("/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"two"},"spec":{"schedulerName":"nobody","containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}}""");
        await MakeAsync(
            "/apis/apps/v1/namespaces/{ns}/deployments",
            """{"metadata":{"name":"web"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"i"}]}}}}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DeleteAsync($"/api/v1/namespaces/{_namespace}");
        _api.Dispose();
    }

    /// <summary>
    /// Sends what a row says. In it <c>{ns}</c> is the namespace and <c>{long}</c> a name that is too long; a body of <c>empty</c> has no byte, one of
    /// <c>{huge}</c> too many; a body is JSON unless the row has another Content-Type, or <c>none</c>.
    /// </summary>
    public Task<RawAnswer> AskAsync(PathRow row)
    {
        (string Name, string Value)[] headers = [.. row.Headers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(header => header != "-").Select(Header)];
        string type = headers.FirstOrDefault(header => header.Name == "Content-Type").Value ?? "application/json";
        string? body = row.Body switch
        {
            "" => null,
            "empty" => "",
            "{huge}" => new string('x', TooLarge),
            var said => Filled(said),
        };
        return _api.SendExactlyAsync(
            new HttpMethod(row.Verb), Filled(row.Path), body, type == "none" ? null : type, [.. headers.Where(header => header.Name != "Content-Type")]);
    }

    private static (string Name, string Value) Header(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return (text[..equals], text[(equals + 1)..]);
    }

    private string Filled(string text) =>
        text.Replace("{ns}", _namespace, StringComparison.Ordinal).Replace("{long}", new string('m', TooLong), StringComparison.Ordinal);

    private async Task MakeAsync(string path, string body) => (await _api.PostAsync(Filled(path), Filled(body))).Expect(201);

    /// <summary>Before 1.24 a service account has a Secret with its token, and pods are refused until it is there.</summary>
    private async Task<bool> HasAccountAsync()
    {
        RawAnswer account = await _api.GetAsync($"/api/v1/namespaces/{_namespace}/serviceaccounts/default");
        return account.Code == 200 && (_cluster.MinorVersion >= 24 || account.Json["secrets"] is not null);
    }
}
