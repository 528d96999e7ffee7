// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Pelago.TestKit.Client;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>A cluster whose tasks, history and logs are what a test says: APIs of tasks, of nodes and of history. Who waits for a change is told at <see cref="Change"/>.</summary>
internal sealed class FakeHistory : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FakeApiServer? _server;
    private int _revision = 1;

    /// <summary>Rows of tasks: <c>["ns","web","app","running",1,null,"uid",0]</c>.</summary>
    public string[] Rows { get; set; } = [];

    /// <summary>Objects of history, newest first.</summary>
    public string[] Runs { get; set; } = [];

    /// <summary>Answers the log of a run; the number of the request for it, from 1.</summary>
    public Func<HttpContext, string, int, Task> Log { get; set; } = (http, _, _) => http.Response.WriteAsync("");

    /// <summary>Answers the feed of a task.</summary>
    public Func<HttpContext, int, Task> Feed { get; set; } = (http, _) => AnswerAsync(http, 404, "no feed");

    /// <summary>A status code instead of what the API of tasks, or the list of runs, says.</summary>
    public int? TasksFail { get; set; }
    public int? RunsFail { get; set; }

    /// <summary>Each page of runs says that there is another one.</summary>
    public bool IsEndless { get; set; }

    public Dictionary<string, int> Asked { get; } = [];
    public List<string> TaskQueries { get; } = [];

    public string Home => _directory["home"];

    public static async Task<FakeHistory> StartAsync()
    {
        var fake = new FakeHistory();
        fake._server = await FakeApiServer.StartAsync(fake.ServeAsync, tls: false, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(fake._directory["kubeconfig"], fake._server.ToKubeconfig(), TestContext.Current.CancellationToken);
        return fake;
    }

    /// <param name="name">Of the run.</param>
    /// <param name="pod">Its container is <c>app</c>, its uid the name with <c>-uid</c>.</param>
    /// <param name="attempt">From 0.</param>
    /// <param name="loss">Why its log is not whole.</param>
    /// <param name="isMissing">With a loss: history has nothing of it.</param>
    public static string Run(string name, string pod, int attempt = 0, string loss = "", bool isMissing = true) => $$$"""
        {"metadata":{"name":"{{{name}}}","namespace":"ns"},"spec":{"pod":"{{{pod}}}","podUID":"{{{pod}}}-uid","container":"app","attempt":{{{attempt}}} },
         "status":{"finishTime":"2026-01-01T00:00:00Z","exitCode":0,"log":{"bytes":{{{(loss.Length > 0 && isMissing ? 0 : 100)}}},"loss":"{{{loss}}}"} } }
        """;

    public static string Row(string pod, string state, int restarts = 0) => $"""["ns","{pod}","app","{state}",1,null,"{pod}-uid",{restarts}]""";

    /// <summary>From now on there is something else.</summary>
    public void Change(Action<FakeHistory> how)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            how(this);
            _revision++;
            (told, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        told.SetResult();
    }

    public FollowedCommand Follow(params string[] arguments) => FollowedCommand.Start(Home, ["tail", "-f", "-q", .. arguments, "--kubeconfig", _directory["kubeconfig"]]);

    public Task<ProgramResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(Home, [.. arguments, "--kubeconfig", _directory["kubeconfig"]]);

    /// <summary>The exit code of a command whose output goes to <c>head -n 1</c>, after the line that came through. One that does not end is ended (124).</summary>
    public async Task<string> HeadAsync(string arguments)
    {
        string line = $"timeout 60 {CliProcess.Program} {arguments} --kubeconfig {_directory["kubeconfig"]} | head -n 1; echo ${{PIPESTATUS[0]}}";
        return (await ProgramRun.RunAsync(
            "/bin/bash", ["-c", line], new Dictionary<string, string?> { ["PELAGO_HOME"] = Home }, TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken)).Output;
    }

    /// <summary>The first looks are over, and somebody waits for a change.</summary>
    public Task SeenAsync() => Eventually.TrueAsync(
        () =>
        {
            lock (_gate)
                return TaskQueries.Exists(query => query.Contains("after=", StringComparison.Ordinal));
        },
        TestContext.Current.CancellationToken);

    public int AskedFor(string what)
    {
        lock (_gate)
            return Asked.GetValueOrDefault(what);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>A text whose connection breaks before its end.</summary>
    public static async Task BreakAsync(HttpContext http, string text)
    {
        http.Response.ContentLength = text.Length + 10;
        await http.Response.WriteAsync(text, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        http.Abort();
    }

    public static Task AnswerAsync(HttpContext http, int code, string body)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body, http.RequestAborted);
    }

    public static string Status(int code, string message, string name = "") => $$$"""
        {"kind":"Status","status":"Failure","code":{{{code}}},"reason":"{{{(code == 404 ? "NotFound" : "InternalError")}}}","message":"{{{message}}}","details":{"name":"{{{name}}}"}}
        """;

    private async Task ServeAsync(HttpContext http)
    {
        string path = http.Request.Path.Value ?? "";
        if (path.EndsWith("/tasks", StringComparison.Ordinal))
            await TasksAsync(http);
        else if (path == "/apis/node.pelago.dev/v1alpha1")
            await AnswerAsync(http, 200, """{"resources":[{"name":"pods/proxy"}]}""");
        else if (path.EndsWith("/feed", StringComparison.Ordinal))
            await Feed(http, Count("feed"));
        else if (path.EndsWith("/runs", StringComparison.Ordinal))
            await RunsAsync(http);
        else if (path.EndsWith("/log", StringComparison.Ordinal))
            await Log(http, path.Split('/')[^2], Count(path.Split('/')[^2]));
        else
            await AnswerAsync(http, 404, "404 page not found");
    }

    private int Count(string what)
    {
        lock (_gate)
            return Asked[what] = Asked.GetValueOrDefault(what) + 1;
    }

    private async Task TasksAsync(HttpContext http)
    {
        Task changed;
        bool isKnown;
        lock (_gate)
        {
            TaskQueries.Add(http.Request.QueryString.Value ?? "");
            changed = _changed.Task;
            isKnown = http.Request.Query["after"] == $"{_revision}";
        }
        if (isKnown)
            await changed.WaitAsync(http.RequestAborted);
        (int? code, string body) = Tasks();
        await AnswerAsync(http, code ?? 200, body);
    }

    private (int? Code, string Body) Tasks()
    {
        lock (_gate)
        {
            return TasksFail is { } code ? (code, Status(code, "not now")) : (null, $$$"""
                {"kind":"TaskRows","metadata":{"resourceVersion":"{{{_revision}}}"},"columns":["namespace","pod","container","state","age","ended","uid","restarts"],
                 "rows":[{{{string.Join(',', Rows)}}}],"total":{{{Rows.Length}}} }
                """);
        }
    }

    private Task RunsAsync(HttpContext http)
    {
        Count("runs");
        string[] runs;
        int? code;
        lock (_gate)
            (runs, code) = (Runs, RunsFail);
        string fields = http.Request.Query["fieldSelector"].ToString();
        if (fields.Contains("metadata.name=", StringComparison.Ordinal))
            runs = [.. runs.Where(run => run.Contains($"\"name\":\"{fields.Split("metadata.name=")[1].Split(',')[0]}\"", StringComparison.Ordinal))];
        return code is { } bad ? AnswerAsync(http, bad, Status(bad, "history is ill")) : AnswerAsync(http, 200, $$"""{"metadata":{"continue":"{{(IsEndless ? "more" : "")}}"},"items":[{{string.Join(',', runs)}}]}""");
    }
}
