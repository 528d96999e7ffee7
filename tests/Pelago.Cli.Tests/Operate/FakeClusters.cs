// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Pelago.Cli.Tests.Output;
using Pelago.TestKit.Client;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>
/// Clusters as a command meets them: <c>east</c> and <c>west</c> have pods and serve them page by page, <c>hung</c> takes requests and never answers,
/// <c>away</c> lists a pod and hangs up when it is to be deleted, <c>closed</c> refuses, <c>nowhere</c> is not there. They know no API of tasks.
/// </summary>
public sealed class FakeClusters : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<FakeApiServer> _servers = [];

    private static readonly string[] East =
    [
        Pod("shop", "web-1", "rack7-1", """[{"name":"app","restartCount":2,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}},{"name":"side","state":{"running":{}}}]""",
            """[{"name":"app","image":"web:1","resources":{"requests":{"cpu":"250m","memory":"64Mi"}}},{"name":"side","image":"side:1"}]"""),
        Pod("shop", "web-2", "rack8-1", """[{"name":"app","state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":3}}}]"""),
        Pod("batch", "job-1", "rack7-1", """[{"name":"app","state":{"terminated":{"exitCode":0,"finishedAt":"2026-01-01T00:00:10Z"}}}]"""),
        Pod("batch", "job-2", "rack7-2", """[{"name":"app","state":{"terminated":{"exitCode":1,"reason":"Error\u001b[2J","finishedAt":"2026-01-01T00:00:20Z"}}}]"""),
    ];

    private static readonly string[] West =
    [
        Pod("shop", "web-3", "rack9-1", """[{"name":"app","state":{"running":{}}}]"""),
    ];

    private static readonly string[] Away =
    [
        Pod("shop", "web-0", "rack1-1", """[{"name":"app","state":{"running":{}}}]"""),
    ];

    private const string Nodes = """
        {"items":[{"metadata":{"name":"rack7-1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}},{"metadata":{"name":"rack8-1"}}]}
        """;

    private const string Metrics = """
        {"items":[{"metadata":{"name":"web-1","namespace":"shop"},"containers":[{"name":"app","usage":{"cpu":"20m","memory":"64Mi"}},{"name":"side","usage":{"cpu":"300m","memory":"32Mi"}}]}]}
        """;

    private static readonly string Events = $$"""
        {"metadata":{"resourceVersion":"7"},"items":[{{Event("web-2", "Warning", "BackOff", "again\\u001b[2J", 2, 4)}},{{Event("web-1", "Normal", "Pulled", "done", 1, 1)}}]}
        """;

    /// <summary>What was asked of east, the newest last.</summary>
    public List<string> Asked { get; } = [];

    public async ValueTask InitializeAsync()
    {
        string[] urls =
        [
            await StartAsync(http => ServeAsync(http, East)), await StartAsync(http => ServeAsync(http, West)),
            await StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted)), // Never answers.
            await StartAsync(http => AnswerAsync(http, 403, """{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden","message":"pods is forbidden: no"}""")),
            "http://127.0.0.1:1",
            await StartAsync(http => http.Request.Method == "DELETE" ? HangUpAsync(http) : ServeAsync(http, Away)),
        ];
        string[] names = ["east", "west", "hung", "closed", "nowhere", "away"];
        await File.WriteAllTextAsync(_directory["kubeconfig"], $$"""
            {"apiVersion":"v1","kind":"Config","users":[{"name":"nobody","user":{} }],
             "contexts":[{{string.Join(',', names.Select(name => $$$"""{"name":"{{{name}}}","context":{"cluster":"{{{name}}}","user":"nobody"} }"""))}}],
             "clusters":[{{string.Join(',', names.Zip(urls, (name, url) => $$$"""{"name":"{{{name}}}","cluster":{"server":"{{{url.TrimEnd('/')}}}"} }"""))}}]}
            """, TestContext.Current.CancellationToken);
    }

    /// <param name="clusters">One or several: <c>east,west</c>.</param>
    internal Task<ProgramResult> RunAsync(string clusters, params string[] arguments) =>
        CliProcess.RunAsync(_directory["home"], [.. arguments, "--kubeconfig", _directory["kubeconfig"], "--cluster", clusters]);

    /// <summary>The same on a terminal.</summary>
    internal PseudoTerminal Start(string clusters, string line) =>
        PseudoTerminal.Start(_directory["home"], $"{CliProcess.Program} {line} --kubeconfig {_directory["kubeconfig"]} --cluster {clusters}");

    /// <summary>What the last word of a line can become.</summary>
    internal Task<ProgramResult> CompleteAsync(string clusters, string[] line, string word) =>
        CliProcess.RunAsync(_directory["home"], ["__complete", "--", line[0], "--kubeconfig", _directory["kubeconfig"], "--cluster", clusters, .. line[1..], word]);

    public async ValueTask DisposeAsync()
    {
        foreach (FakeApiServer server in _servers)
            await server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<string> StartAsync(RequestDelegate handler)
    {
        FakeApiServer server = await FakeApiServer.StartAsync(handler, tls: false, TestContext.Current.CancellationToken);
        _servers.Add(server);
        return server.Url.ToString();
    }

    private async Task ServeAsync(HttpContext http, string[] pods)
    {
        string body = await new StreamReader(http.Request.Body).ReadToEndAsync(http.RequestAborted);
        if (pods == East)
        {
            lock (Asked)
                Asked.Add($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {body}".TrimEnd());
        }

        string path = http.Request.Path.Value ?? "";
        if (http.Request.Query.ContainsKey("watch"))
        {
            await http.Response.WriteAsync($$"""{"type":"ADDED","object":{{Event("web-2", "Normal", "Pulled", "later", 3, 1)}}}""" + "\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted); // Nothing more happens.
        }

        await (path switch
        {
            "/version" => AnswerAsync(http, 200, """{"gitVersion":"v7.7"}"""),
            "/api/v1/nodes" => AnswerAsync(http, 200, Nodes),
            "/api/v1/events" => AnswerAsync(http, 200, Events),
            "/apis/metrics.k8s.io/v1beta1/pods" => AnswerAsync(http, 200, Metrics),
            _ when http.Request.Method == "DELETE" => AnswerAsync(http, 200, "{}"),
            _ when path == "/api/v1/pods" || path.EndsWith("/pods", StringComparison.Ordinal) => PodsAsync(http, path, pods),
            _ => AnswerAsync(http, 404, "404 page not found"),
        });
    }

    /// <summary>Two pods a page, however many were asked for.</summary>
    private static Task PodsAsync(HttpContext http, string path, string[] pods)
    {
        string ns = path == "/api/v1/pods" ? "" : path.Split('/')[4];
        string[] asked = [.. pods.Where(pod => ns.Length == 0 || pod.Contains($"\"namespace\":\"{ns}\"", StringComparison.Ordinal))];
        int from = int.TryParse(http.Request.Query["continue"], out int token) ? token : 0;
        string next = from + 2 < asked.Length ? $"{from + 2}" : "";
        return AnswerAsync(http, 200, $$"""{"metadata":{"resourceVersion":"7","continue":"{{next}}"},"items":[{{string.Join(',', asked.Skip(from).Take(2))}}]}""");
    }

    private static string Event(string pod, string type, string reason, string message, int second, int count) => $$$"""
        {"metadata":{"name":"{{{pod}}}.{{{second}}}","uid":"{{{pod}}}-{{{second}}}","resourceVersion":"{{{second}}}"},"involvedObject":{"kind":"Pod","namespace":"shop","name":"{{{pod}}}"},
         "type":"{{{type}}}","reason":"{{{reason}}}","message":"{{{message}}}","count":{{{count}}},"lastTimestamp":"2026-01-01T00:00:0{{{second}}}Z"}
        """.ReplaceLineEndings("");

    private static Task HangUpAsync(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }

    private static Task AnswerAsync(HttpContext http, int code, string body)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body, http.RequestAborted);
    }

    private static string Pod(string ns, string name, string node, string statuses, string containers = """[{"name":"app","image":"web:1"}]""") => $$$"""
        {"metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}","uid":"{{{name}}}","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"{{{name[..3]}}}"} },
         "spec":{"nodeName":"{{{node}}}","containers":{{{containers}}} },"status":{"phase":"Running","podIP":"10.0.0.1","containerStatuses":{{{statuses}}} } }
        """;
}
