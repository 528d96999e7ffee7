// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Tasks;

/// <summary>tasks.pelago.dev of an engine with access control.</summary>
public sealed class TaskApiTests(TaskApiTests.Engine engine) : IClassFixture<TaskApiTests.Engine>
{
    private const string Tasks = "/apis/tasks.pelago.dev/v1alpha1/tasks";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("task=web")]
    [InlineData("task=web-1&task=/job/&finished=include")]
    [InlineData("task=job")]
    [InlineData("finished=only")]
    [InlineData("where=state%3Drunning%7Cfailed,node~n-1&sort=restarts,node:desc&limit=2")]
    [InlineData("labelSelector=app+in+(web)&sort=cpu")]
    [InlineData("where=mem%3E%3D64Mi")]
    [InlineData("task=nothing")]
    public async Task The_same_selection_gives_the_same_rows_as_its_pods_do(string parameters)
    {
        ILookup<string, string> asked = parameters.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToLookup(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
        Assert.True(TaskQueryText.TryParse(name => asked[name], "", out TaskQuery? query, out string? error), error);
        using HttpKubeApi api = engine.Api();

        TaskChoice served = (await new TaskLister(api, TimeProvider.System).ChooseAsync(query, () => { }, Cancel)).ValueOrThrow();
        TaskChoice fromPods = (await new TaskLister(engine.Host.ApiFor("test"), TimeProvider.System).ChooseAsync(query, () => { }, Cancel)).ValueOrThrow();

        Assert.Equal(fromPods.Tasks.Select(Text), served.Tasks.Select(Text));
        Assert.Equal(fromPods.Total, served.Total);
        Assert.Equal(parameters != "task=nothing", served.Tasks.Count > 0);
    }

    [Fact]
    public async Task Who_knows_a_revision_is_answered_when_a_task_that_is_meant_has_changed_and_not_before()
    {
        string revision = (string)(await engine.GetAsync(Tasks, "admin"))["metadata"]!["resourceVersion"]!;
        Task<JsonObject> told = engine.GetAsync($"{Tasks}?task=told&after={revision}&columns=pod", "admin");

        await engine.PodAsync("late", "other", "n-1", """{"running":{}}""");
        Assert.False(told.IsCompleted);
        await engine.PodAsync("late", "told", "n-1", "{}");

        JsonObject answer = await told.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal("told", (string)answer["rows"]![0]![0]!);
        JsonObject late = await engine.GetAsync($"{Tasks}?task=told&after={revision}&columns=pod", "admin").WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal("told", (string)late["rows"]![0]![0]!);
    }

    [Fact]
    public async Task Who_waits_takes_no_place_among_the_reads_in_flight()
    {
        string revision = (string)(await engine.GetAsync(Tasks, "admin"))["metadata"]!["resourceVersion"]!;
        Task<JsonObject>[] waiting = [.. Enumerable.Range(0, 4 * Engine.MostReads).Select(_ => engine.GetAsync($"{Tasks}?task=waited&after={revision}&columns=pod", "admin"))];

        Assert.NotEqual(429, (await engine.GetAsync(Tasks, "admin")).Integer("code"));
        await engine.PodAsync("late", "waited", "n-1", "{}");

        Assert.All(await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(60), Cancel), answer => Assert.Equal("waited", (string)answer["rows"]![0]![0]!));
    }

    [Fact]
    public async Task A_task_that_is_not_meant_any_more_when_its_labels_have_changed_is_told()
    {
        await engine.PodAsync("late", "label-1", "n-1", "{}");
        string revision = (string)(await engine.GetAsync(Tasks, "admin"))["metadata"]!["resourceVersion"]!;
        Task<JsonObject> told = engine.GetAsync($"{Tasks}?labelSelector=app%3Dlabel&after={revision}&columns=pod", "admin");

        await engine.SendAsync("PATCH", "/api/v1/namespaces/late/pods/label-1", """{"metadata":{"labels":{"app":"other"}}}""");

        Assert.Empty((await told.WaitAsync(TimeSpan.FromSeconds(10), Cancel)).Array("rows")!);
    }

    [Theory]
    [InlineData("bob", Tasks)]
    [InlineData("jane", "/apis/tasks.pelago.dev/v1alpha1/namespaces/shop/tasks")]
    public async Task Who_may_see_none_of_the_tasks_is_refused_before_any_wait(string user, string path)
    {
        string revision = (string)(await engine.GetAsync(Tasks, "admin"))["metadata"]!["resourceVersion"]!;

        JsonObject refused = await engine.GetAsync($"{path}?after={revision}", user).WaitAsync(TimeSpan.FromSeconds(10), Cancel);

        Assert.Equal(403, refused.Integer("code"));
    }

    [Fact]
    public async Task Who_may_list_pods_in_some_namespaces_sees_their_tasks()
    {
        JsonObject all = await engine.GetAsync($"{Tasks}?finished=include", "jane");
        JsonObject own = await engine.GetAsync("/apis/tasks.pelago.dev/v1alpha1/namespaces/batch/tasks?finished=include", "jane");

        Assert.Equal(["job-1.app", "job-2.app"], Names(all));
        Assert.Equal(Names(all), Names(own));
        Assert.Equal("job-1.app", new KubeObject(await engine.GetAsync("/apis/tasks.pelago.dev/v1alpha1/namespaces/batch/tasks/job-1.app", "jane")).Name);
    }

    [Theory]
    [InlineData("bob", Tasks)]
    [InlineData("jane", "/apis/tasks.pelago.dev/v1alpha1/namespaces/shop/tasks")]
    [InlineData("jane", "/apis/tasks.pelago.dev/v1alpha1/namespaces/shop/tasks/web-1.app")]
    [InlineData("jane", "/apis/tasks.pelago.dev/v1alpha1/namespaces/shop/tasks?columns=id")]
    public async Task Who_may_not_list_pods_is_told_so_in_the_words_of_pods(string user, string path)
    {
        JsonObject refused = await engine.GetAsync(path, user);

        Assert.Equal(403, refused.Integer("code"));
        Assert.StartsWith($"pods is forbidden: User \"{user}\" cannot list resource \"pods\" in API group \"\"", refused.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_has_seen_every_write_before_it()
    {
        await engine.PodAsync("written", "one", "n-1", "{}");
        Assert.Equal(["one.app pending"], await WrittenAsync());

        await engine.SendAsync("PATCH", "/api/v1/namespaces/written/pods/one/status", """{"status":{"phase":"Running","containerStatuses":[{"name":"app","image":"i","imageID":"","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}}""");
        Assert.Equal(["one.app running"], await WrittenAsync());

        await engine.PodAsync("written", "two", "n-1", "{}");
        Assert.Equal(["one.app running", "two.app pending"], await WrittenAsync());

        await engine.SendAsync("DELETE", "/api/v1/namespaces/written/pods/one?gracePeriodSeconds=0", null);
        Assert.Equal(["two.app pending"], await WrittenAsync());
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_one_ended()
    {
        var names = new List<string>();
        string next = "";
        do
        {
            JsonObject page = await engine.GetAsync($"{Tasks}?finished=include&limit=2&where=namespace!%3Dlate,namespace!%3Dwritten&continue={next}", "admin");
            Assert.InRange(Names(page).Length, 1, 2);
            names.AddRange(Names(page));
            next = page.Object("metadata")!.String("continue") ?? "";
        }
        while (next.Length > 0);

        Assert.Equal(["job-1.app", "job-2.app", "web-1.app", "web-1.side", "web-2.app"], names);
        Assert.Equal(400, (await engine.GetAsync($"{Tasks}?continue=%2F%2F", "admin")).Integer("code"));
    }

    [Fact]
    public async Task Kubectl_gets_a_table()
    {
        JsonObject table = await engine.GetAsync($"{Tasks}?task=web-1.app", "admin", "application/json;as=Table;g=meta.k8s.io;v=v1,application/json");

        Assert.Equal("Table", table.String("kind"));
        Assert.Equal(["Name", "State", "Restarts", "Age", "Node"], table.Array("columnDefinitions")!.OfType<JsonObject>().Where(column => column.Integer("priority") == 0).Select(column => column.String("name")));
        Assert.Equal("web-1.app running 3", string.Join(' ', table.Array("rows")![0]!["cells"]!.AsArray().Take(3).Select(cell => cell!.ToString())));
    }

    [Fact]
    public async Task Rows_carry_the_columns_that_were_asked_for()
    {
        JsonObject rows = await engine.GetAsync($"{Tasks}?task=web-1.app&columns=pod,state,cpu,exit", "admin");

        Assert.Equal(["pod", "state", "cpu", "exit"], rows.Array("columns")!.Select(name => (string?)name));
        Assert.Equal("""[["web-1","running",250,null]]""", rows.Array("rows")!.ToJsonString());
        Assert.Equal(1, rows.Integer("total"));
    }

    [Theory]
    [InlineData("where=colour%3Dred", "where: a task has no field \"colour\"")]
    [InlineData("task=/(/", "task: /(/: Invalid pattern")]
    [InlineData("limit=many", "limit: this is no whole number")]
    public async Task A_parameter_that_cannot_be_understood_is_refused(string parameters, string why)
    {
        JsonObject refused = await engine.GetAsync($"{Tasks}?{parameters}", "admin");

        Assert.Equal(400, refused.Integer("code"));
        Assert.StartsWith(why, refused.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_is_not_there_is_not_found()
    {
        JsonObject missing = await engine.GetAsync("/apis/tasks.pelago.dev/v1alpha1/namespaces/shop/tasks/web-1.other", "admin");

        Assert.Equal("tasks.tasks.pelago.dev \"web-1.other\" not found", missing.String("message"));
    }

    private static string[] Names(JsonObject list) => [.. list.Array("items")!.OfType<JsonObject>().Select(item => new KubeObject(item).Name)];

    private static string Text(PodTask task) => string.Join(' ', TaskFields.All.Select(field => field.Text(task, task.Pod.Created)));

    private async Task<string[]> WrittenAsync()
    {
        JsonObject rows = await engine.GetAsync("/apis/tasks.pelago.dev/v1alpha1/namespaces/written/tasks?columns=pod,container,state", "admin");
        return [.. rows.Array("rows")!.Select(row => $"{row![0]}.{row[1]} {row[2]}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Two namespaces with running and ended pods, and three users: an administrator, one who may list the pods of one namespace, one who may nothing.</summary>
    public sealed class Engine : IAsyncLifetime
    {
        public const int MostReads = 4;
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pelago-test-");
        private EngineHost? _host;
        private HttpClient? _http;

        public EngineHost Host => _host!;

        public async ValueTask InitializeAsync()
        {
            string tokens = Path.Combine(_directory.FullName, "tokens");
            await File.WriteAllTextAsync(tokens, "admin,admin,1,\"system:masters\"\njane,jane,2\nbob,bob,3\n", Cancel);
            var options = new EngineOptions
            {
                StateDirectory = Path.Combine(_directory.FullName, "state"), Durability = EngineDurability.Fast, PlainHttp = true, TokenFile = tokens, RunControllers = false, MaxReadsInFlight = MostReads,
            };
            _host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
            _http = new HttpClient { BaseAddress = Host.Server };
            foreach (string ns in (string[])["shop", "batch", "late", "written"])
            {
                await SendAsync("POST", "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{ns}}}"}}""");
                await SendAsync("POST", $"/api/v1/namespaces/{ns}/serviceaccounts", """{"metadata":{"name":"default"}}""");
            }

            await SendAsync("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/batch/rolebindings", """
                {"metadata":{"name":"jane"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"jane"}]}
                """);
            await PodAsync("shop", "web-1", "n-1", """{"running":{"startedAt":"2026-01-01T00:00:00Z"}}""", """,{"name":"side","image":"side:1"}""");
            await PodAsync("shop", "web-2", "n-2", """{"waiting":{"reason":"ImagePullBackOff"}}""");
            await PodAsync("batch", "job-1", "n-1", """{"terminated":{"exitCode":0,"finishedAt":"2026-01-01T00:00:10Z"}}""");
            await PodAsync("batch", "job-2", "n-2", """{"terminated":{"exitCode":1,"finishedAt":"2026-01-01T00:00:20Z"}}""");
        }

        public async ValueTask DisposeAsync()
        {
            _http?.Dispose();
            await Host.DisposeAsync();
            _directory.Delete(recursive: true);
        }

        public HttpKubeApi Api() => new(
            new ClusterConnection { Cluster = "pelago", Server = Host.Server, Token = BearerToken.Fixed("admin") }, HttpKubeApiOptions.Default, TimeProvider.System);

        public async Task PodAsync(string ns, string name, string node, string state, string more = "")
        {
            await SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", $$$"""
                {"metadata":{"name":"{{{name}}}","labels":{"app":"{{{name.Split('-')[0]}}}"} },"spec":{"nodeName":"{{{(state == "{}" ? "" : node)}}}","containers":[
                 {"name":"app","image":"app:1","resources":{"requests":{"cpu":"250m","memory":"64Mi"} } }{{{more}}}]} }
                """);
            if (state != "{}")
                await SendAsync("PATCH", $"/api/v1/namespaces/{ns}/pods/{name}/status", $$$"""
                    {"status":{"phase":"Running","containerStatuses":[{"name":"app","image":"app:1","imageID":"","ready":true,"restartCount":3,"state":{{{state}}} }]} }
                    """);
        }

        public async Task SendAsync(string method, string path, string? body)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "admin");
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, method == "PATCH" ? "application/merge-patch+json" : "application/json");
            using HttpResponseMessage response = await _http!.SendAsync(request, Cancel);
            Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {await response.Content.ReadAsStringAsync(Cancel)}");
        }

        public async Task<JsonObject> GetAsync(string path, string user, string accept = "application/json")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using HttpResponseMessage response = await _http!.SendAsync(request, Cancel);
            Assert.NotEqual(HttpStatusCode.InternalServerError, response.StatusCode);
            return KubeJson.ParseObject(await response.Content.ReadAsByteArrayAsync(Cancel));
        }
    }
}
