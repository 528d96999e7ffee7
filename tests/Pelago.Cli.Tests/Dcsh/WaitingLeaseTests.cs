// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Cli.Dcsh;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public sealed class WaitingLeaseTests
{
    private const string Job = """{"kind":"Job","apiVersion":"batch/v1","metadata":{"name":"job"}}""";
    private static readonly ResourcePath Path = new(new GroupVersionResource("batch", "v1", "jobs"), "default", "job");
    private readonly CompressedTime _time = new(1000);
    private readonly ConcurrentQueue<long?> _deadlines = new();
    private readonly ConcurrentQueue<string> _notices = new();
    private readonly TaskCompletionSource _waited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_its_pod_waits_the_deadline_of_a_Job_is_put_off_and_then_it_is_again_what_it_was()
    {
        await using FakeApiServer server = await ServeAsync(200, Job);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var lease = new WaitingLease(api, Path, 77, false, _notices.Enqueue, _time);

        Task held = lease.HoldAsync(_waited.Task, Cancel);
        await Eventually.TrueAsync(() => _deadlines.Count > 2, Cancel);
        _waited.SetResult();
        await held;
        await lease.ReleaseAsync(TimeSpan.Zero, Cancel);

        long?[] deadlines = [.. _deadlines];
        // After a request that was left on its way it is set a second time.
        long?[] putOff = [.. deadlines.Where(deadline => deadline != 77)];
        Assert.All(putOff, deadline => Assert.True(deadline >= WaitingLease.Term.TotalSeconds));
        Assert.Equal(putOff.Order(), putOff);
        Assert.True(putOff[^1] - putOff[0] >= WaitingLease.Renewal.TotalSeconds);
        Assert.Equal(77, deadlines[^1]);
    }

    [Fact]
    public async Task A_pod_that_runs_at_once_costs_no_request()
    {
        await using FakeApiServer server = await ServeAsync(200, Job);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var lease = new WaitingLease(api, Path, null, false, _notices.Enqueue, _time);
        _waited.SetResult();

        await lease.HoldAsync(_waited.Task, Cancel);
        await lease.ReleaseAsync(TimeSpan.Zero, Cancel);

        Assert.Empty(_deadlines);
    }

    [Fact]
    public async Task A_Job_that_is_made_with_the_deadline_of_its_waiting_gets_its_own_when_its_pod_runs()
    {
        await using FakeApiServer server = await ServeAsync(200, Job);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var lease = new WaitingLease(api, Path, 77, true, _notices.Enqueue, _time);
        _waited.SetResult();

        await lease.HoldAsync(_waited.Task, Cancel);
        Assert.Empty(_deadlines);
        await lease.ReleaseAsync(WaitingLease.Patience, Cancel);

        Assert.Equal(77, Assert.Single(_deadlines));
    }

    [Fact]
    public async Task A_run_that_is_over_at_once_costs_no_request()
    {
        await using FakeApiServer server = await ServeAsync(200, Job);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var lease = new WaitingLease(api, Path, 77, true, _notices.Enqueue, TimeProvider.System);
        using var over = new CancellationTokenSource();

        Task releasing = lease.ReleaseAsync(WaitingLease.Patience, over.Token);
        await over.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => releasing);
        Assert.Empty(_deadlines);
    }

    [Theory]
    [InlineData(201, """{"kind":"SelfSubjectAccessReview","status":{"allowed":true}}""", true)]
    [InlineData(201, """{"kind":"SelfSubjectAccessReview","status":{"allowed":false}}""", false)]
    [InlineData(403, """{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden","message":"no"}""", false)]
    public async Task Who_is_not_known_to_be_allowed_to_change_Jobs_makes_them_without_the_deadline_of_their_waiting(int code, string answer, bool isAllowed)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            async http =>
            {
                http.Response.StatusCode = code;
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(answer, http.RequestAborted);
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        bool isHeld = await WaitingLease.IsAllowedAsync(api, "default", TimeProvider.System, Cancel);

        Assert.Equal(isAllowed, isHeld);
        byte[] made = RunJob.Document(new RunRequest { Command = ["true"] }, "1", 0, 1, "east", null, RunSession.Grace, isHeld);
        long? deadline = isAllowed ? (long)WaitingLease.Term.TotalSeconds : null;
        Assert.Equal(deadline, (long?)JsonNode.Parse(made)!["spec"]!["activeDeadlineSeconds"]);
    }

    [Fact]
    public async Task A_Job_that_was_taken_away_is_not_waited_for()
    {
        await using FakeApiServer server = await ServeAsync(404, """{"kind":"Status","status":"Failure","code":404,"reason":"NotFound","message":"jobs \"job\" not found"}""");
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        RunFailure failure = await Assert.ThrowsAsync<RunFailure>(() => new WaitingLease(api, Path, null, false, _notices.Enqueue, _time).HoldAsync(_waited.Task, Cancel));

        Assert.Equal((RunFailure.Engine, true), (failure.Code, failure.IsOver));
    }

    [Fact]
    public async Task Who_may_not_change_Jobs_is_told_and_waits_all_the_same()
    {
        await using FakeApiServer server = await ServeAsync(403, """{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden","message":"no"}""");
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var lease = new WaitingLease(api, Path, null, false, _notices.Enqueue, _time);

        Task held = lease.HoldAsync(_waited.Task, Cancel);
        await Eventually.TrueAsync(() => !_notices.IsEmpty, Cancel);
        _waited.SetResult();
        await held;
        await lease.ReleaseAsync(TimeSpan.Zero, Cancel);

        Assert.Single(_deadlines);
        Assert.Contains("no", Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_never_answered_keeps_nobody_from_what_is_waited_for()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            async http =>
            {
                asked.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var lease = new WaitingLease(api, Path, 77, false, _notices.Enqueue, _time);

        Task held = lease.HoldAsync(_waited.Task, Cancel);
        await asked.Task.WaitAsync(Cancel);
        _waited.SetResult();
        await Eventually.TrueAsync(() => held.IsCompleted, Cancel);
        await held;

        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_deadline_that_cannot_be_taken_back_is_said_once_and_tried_again()
    {
        const string Refusal = """{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden","message":"not now"}""";
        int refusals = 0;
        await using FakeApiServer server = await ServeAsync(seconds => seconds == 77 && Interlocked.Increment(ref refusals) < 3 ? (403, Refusal) : (200, Job));
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var lease = new WaitingLease(api, Path, 77, false, _notices.Enqueue, _time);

        Task held = lease.HoldAsync(_waited.Task, Cancel);
        await Eventually.TrueAsync(() => !_deadlines.IsEmpty, Cancel);
        _waited.SetResult();
        await held;
        await lease.ReleaseAsync(TimeSpan.Zero, Cancel);

        Assert.True(_deadlines.Count(deadline => deadline == 77) >= 3);
        Assert.Contains("could not be taken back", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Null(lease.Unreleased);
    }

    private Task<FakeApiServer> ServeAsync(int code, string answer) => ServeAsync(_ => (code, answer));

    private Task<FakeApiServer> ServeAsync(Func<long?, (int Code, string Answer)> answerTo) => FakeApiServer.StartAsync(
        async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            JsonObject spec = JsonNode.Parse(await body.ReadToEndAsync(http.RequestAborted))!["spec"]!.AsObject();
            Assert.True(http.Request.Method == "PATCH" && spec.ContainsKey("activeDeadlineSeconds"));
            var seconds = (long?)spec["activeDeadlineSeconds"];
            _deadlines.Enqueue(seconds);
            (int code, string answer) = answerTo(seconds);
            http.Response.StatusCode = code;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(answer, http.RequestAborted);
        },
        tls: false, Cancel);
}
