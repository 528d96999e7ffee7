// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Kubelets;
using Pelago.TestKit;
using Pelago.TestKit.Client;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;
using MemoryCluster = Pelago.TestKit.Node.MemoryCluster;

namespace Pelago.Node.Tests.Kubelets;

/// <summary>An agent before hubs that come, go and refuse. Nothing is tried again by the clock unless a test says so.</summary>
public sealed class HubRegistrationTests : IAsyncDisposable
{
    private const string Host = $"{NodeApi.Hub}.{NodeApi.Namespace}.svc";
    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly X509Certificate2 _certificate = AgentCertificate.Make(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly RecordedLog _log = new();
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _certificate.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task It_says_its_port_and_its_certificate_and_shows_its_token()
    {
        var said = new ConcurrentQueue<(string Token, JsonObject Body)>();
        await using FakeApiServer hub = await HubAsync(http => ReadAsync(http, said));
        Say(hub);

        HubRegistration registration = Start();
        await Eventually.TrueAsync(() => registration.IsDone, Cancel);

        (string token, JsonObject body) = Assert.Single(said);
        Assert.Equal("Bearer of-agent", token);
        Assert.Equal((4711, Convert.ToBase64String(_certificate.RawData), "7"), (body.Integer("port"), body.String("certificate"), body.String("version")));
    }

    [Fact]
    public async Task A_hub_in_the_place_of_another_is_told_at_once()
    {
        await using FakeApiServer first = await HubAsync(_ => Task.CompletedTask);
        var said = new ConcurrentQueue<(string Token, JsonObject Body)>();
        await using FakeApiServer second = await HubAsync(http => ReadAsync(http, said));
        Say(first);
        HubRegistration registration = Start();
        await Eventually.TrueAsync(() => registration.IsDone, Cancel);

        Say(second);

        await Eventually.TrueAsync(() => !said.IsEmpty && registration.IsDone, Cancel);
    }

    [Fact]
    public async Task A_hub_that_starts_later_is_found_and_one_that_was_removed_is_missed()
    {
        await using FakeApiServer hub = await HubAsync(_ => Task.CompletedTask);
        HubRegistration registration = Start();
        _cluster.Apply("configmaps", Map([]));
        await Eventually.TrueAsync(() => _log.Lines.Any(line => line.Contains("does not say where the hub is", StringComparison.Ordinal)), Cancel);
        Assert.False(registration.IsDone);

        Say(hub);
        await Eventually.TrueAsync(() => registration.IsDone, Cancel);
        await _cluster.DeleteAsync(new ResourcePath(new GroupVersionResource("", "v1", "configmaps"), NodeApi.Namespace, NodeApi.Hub), new DeleteQuery(), Cancel);

        await Eventually.TrueAsync(() => !registration.IsDone, Cancel);
    }

    [Fact]
    public async Task A_hub_that_refuses_is_told_again()
    {
        int asked = 0;
        await using FakeApiServer hub = await HubAsync(http =>
        {
            http.Response.StatusCode = Interlocked.Increment(ref asked) < 3 ? 503 : 200;
            return Task.CompletedTask;
        });
        Say(hub);

        HubRegistration registration = Start(TimeSpan.FromMilliseconds(20));
        await Eventually.TrueAsync(() => registration.IsDone, Cancel);

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Agents_that_learn_of_a_hub_together_tell_it_one_after_another()
    {
        await using FakeApiServer hub = await HubAsync(_ => Task.CompletedTask);
        var time = new FakeTimeProvider();
        DateTimeOffset began = time.GetUtcNow();
        int drawn = 0;
        HubRegistration registration = Start(TimeSpan.FromSeconds(4), time, () =>
        {
            Interlocked.Increment(ref drawn);
            return 0.5;
        });
        await Eventually.TrueAsync(() => drawn == 1, Cancel); // none was there, and a pause begins

        Say(hub);
        await Eventually.TrueAsync(() => drawn == 2, Cancel);

        Assert.False(registration.IsDone);
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return registration.IsDone;
        }, Cancel);
        Assert.True(time.GetUtcNow() - began >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_fault_that_nobody_foresaw_ends_it_and_is_logged()
    {
        await using FakeApiServer hub = await HubAsync(_ => Task.CompletedTask);
        Say(hub);

        HubRegistration registration = Start(port: () => throw new InvalidOperationException("no port"));
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => _running.WaitAsync(TimeSpan.FromSeconds(30), Cancel));

        Assert.Equal(("no port", false), (fault.Message, registration.IsDone));
        Assert.Contains(_log.Lines, line => line.Contains("registers no more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_with_another_authority_is_told_anything()
    {
        int asked = 0;
        await using FakeApiServer hub = await HubAsync(_ =>
        {
            Interlocked.Increment(ref asked);
            return Task.CompletedTask;
        });
        await using FakeApiServer other = await HubAsync(_ => Task.CompletedTask);
        _cluster.Apply("configmaps", Map(new JsonObject { [NodeApi.AuthorityKey] = other.Authority!.ExportCertificatePem(), [NodeApi.AddressKey] = hub.Url.Authority }));

        HubRegistration registration = Start();
        Say(other);
        await Eventually.TrueAsync(() => registration.IsDone, Cancel);

        Assert.Equal(0, asked);
    }

    private static Task<FakeApiServer> HubAsync(RequestDelegate handler) => FakeApiServer.StartAsync(handler, Host, Cancel);

    private static async Task ReadAsync(HttpContext http, ConcurrentQueue<(string Token, JsonObject Body)> said)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        said.Enqueue((http.Request.Headers.Authorization.ToString(), KubeJson.ParseObject(body.ToArray())));
    }

    private void Say(FakeApiServer hub) =>
        _cluster.Apply("configmaps", Map(new JsonObject { [NodeApi.AuthorityKey] = hub.Authority!.ExportCertificatePem(), [NodeApi.AddressKey] = hub.Url.Authority }));

    private static JsonObject Map(JsonObject data) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = NodeApi.Hub, ["namespace"] = NodeApi.Namespace }, ["data"] = data,
    };

    private HubRegistration Start(TimeSpan? between = null, TimeProvider? time = null, Func<double>? random = null, Func<int>? port = null)
    {
        File.WriteAllText(_directory["token"], "of-agent");
        var options = new KubeletAgentOptions
        {
            Node = "n1", Address = IPAddress.Loopback, StateDirectory = _directory["state"], HubTokenFile = _directory["token"], Version = "7",
            BetweenAttempts = between ?? TimeSpan.FromHours(1), BetweenRegistrations = TimeSpan.FromHours(1),
        };
        var registration = new HubRegistration(options, _cluster, port ?? (() => 4711), _certificate, time ?? TimeProvider.System, random ?? (() => 0), _log);
        _running = registration.RunAsync(_stop.Token);
        return registration;
    }
}
