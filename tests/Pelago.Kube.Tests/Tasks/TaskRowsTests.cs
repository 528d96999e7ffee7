// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class TaskRowsTests
{
    [Fact]
    public void Rows_read_back_as_the_tasks_that_they_were() => AnyTask.Many.Sample(tasks =>
    {
        var reader = new TaskRowsReader("north");

        IReadOnlyList<PodTask> read = reader.Read(Written(tasks, TaskRows.All, tasks.Length + 7));

        Assert.Equal(tasks.Length + 7, reader.Total);
        Assert.Equal(tasks.Select(task => Texts(task with { Pod = task.Pod with { Cluster = "north" } })), read.Select(Texts));
    });

    [Fact]
    public void What_was_not_asked_for_is_not_known()
    {
        PodTask task = new TaskRowsReader("north").Read(Written([new PodTask { Pod = new TaskPod { Namespace = "shop", Name = "web", Node = "n" }, Container = "app", Restarts = 2, CpuRequest = 5 }], TaskRows.Needed, 1))[0];

        Assert.Equal((PodTask.Unknown, "", 0), (task.CpuRequest, task.Pod.Node, task.Restarts));
    }

    [Theory]
    [InlineData("[]", "the answer is not a JSON object")]
    [InlineData("{}", "the answer is no TaskRows")]
    [InlineData("""{"kind":"TaskList","items":[]}""", "the answer is no TaskRows")]
    [InlineData("""{"kind":"TaskRows","columns":["pod"],"rows":[["a"]]}""", "a row names no task")]
    [InlineData("""{"kind":"TaskRows","columns":["pod","container"],"rows":[["a\u001b","c"]]}""", "a row has a pod that no task has")]
    public void What_is_no_answer_is_refused(string answer, string why)
    {
        JsonException fault = Assert.ThrowsAny<JsonException>(() => new TaskRowsReader("north").Read(Encoding.UTF8.GetBytes(answer)));

        Assert.StartsWith(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_and_members_of_later_versions_are_passed_over()
    {
        PodTask task = Assert.Single(new TaskRowsReader("north").Read(
            """{"kind":"TaskRows","later":{"a":[1]},"columns":["mood","pod","container","restarts"],"rows":[[{"x":[1]},"web","app",3,"more"]]}"""u8));

        Assert.Equal(("web.app", 3), (task.Name, task.Restarts));
    }

    [Theory]
    [InlineData("/?")]
    [InlineData("/?task=web&task=%2F%5Eshop%2F&labelSelector=app%3Dweb&where=%22state%3Dfailed%7Clost%22%2C%22image~%2Fa%2Cb%2F%22&finished=only&sort=mem%2Cage%3Adesc&limit=7&columns=id%2Cnode")]
    public void Parameters_read_back_as_the_query_that_they_were(string url)
    {
        ILookup<string, string> asked = Parameters(url);
        Assert.True(TaskQueryText.TryParse(name => asked[name], "shop", out TaskQuery? query, out string? error), error);

        Assert.Equal(asked.SelectMany(values => values.Select(value => KeyValuePair.Create(values.Key, value))), TaskQueryText.Parameters(query));
    }

    [Theory]
    [InlineData("/?task=", "task: the name of a task is empty")]
    [InlineData("/?where=a", "where: \"a\" is no condition")]
    [InlineData("/?sort=colour", "sort: a task has no field \"colour\"")]
    [InlineData("/?columns=colour", "columns: a task has no field \"colour\"")]
    [InlineData("/?limit=-1", "limit: this is no whole number")]
    [InlineData("/?finished=maybe", "finished: write include or only")]
    [InlineData("/?labelSelector=%3D%3D", "labelSelector: ")]
    public void A_parameter_that_cannot_be_understood_is_named(string url, string why)
    {
        Assert.False(TaskQueryText.TryParse(name => Parameters(url)[name], "", out _, out string? error));

        Assert.StartsWith(why, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web", "", true, "web", "")]
    [InlineData("east/shop/web", "", true, "shop/web", "")]
    [InlineData("west/shop/web", "", false, "", "")]
    [InlineData("web", "cluster=east|west,state=failed", true, "web", "\"state=failed\"")]
    [InlineData("web", "cluster!=east", false, "", "")]
    public void A_query_says_in_one_cluster_what_it_means_there(string pattern, string where, bool meansSomething, string patternThere, string whereThere)
    {
        Assert.True(TaskPattern.TryParse(pattern, out TaskPattern? parsed, out string? error), error);
        Assert.True(TaskConditions.TryParse(where, out TaskConditions? conditions, out error), error);

        TaskQuery? there = new TaskQuery { Selector = new TaskSelector { Patterns = [parsed], Where = conditions } }.For("east");

        Assert.Equal(meansSomething, there is not null);
        Assert.Equal((patternThere, whereThere), (there?.Selector.Patterns[0].Spelling ?? "", there?.Selector.Where.ToString() ?? ""));
    }

    [Fact]
    public void What_containers_use_is_given_to_their_tasks()
    {
        var usage = new TaskUsage();
        usage.Add("""{"kind":"PodMetrics","metadata":{"name":"web","namespace":"shop"},"containers":[{"name":"app","usage":{"cpu":"12345678n","memory":"2048Ki"}},{"name":"odd","usage":7}]}"""u8);
        var task = new PodTask { Pod = new TaskPod { Namespace = "shop", Name = "web" }, Container = "app" };

        Assert.Equal((13L, 2L << 20), (usage.Of(task).CpuUsed, usage.Of(task).MemoryUsed));
        PodTask other = task with { Container = "other" };
        Assert.Same(other, usage.Of(other));
    }

    private static string Texts(PodTask task) => string.Join(' ', TaskFields.All.Select(field => field.Text(task, AnyTask.Now)));

    private static ILookup<string, string> Parameters(string url) => url[2..].Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2)).ToLookup(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));

    private static byte[] Written(PodTask[] tasks, IReadOnlyList<TaskField> columns, long total)
    {
        var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", TaskRows.Kind);
            writer.WriteNumber("total", total);
            writer.WriteStartArray("columns");
            foreach (TaskField column in columns)
                writer.WriteStringValue(column.Name);
            writer.WriteEndArray();
            writer.WriteStartArray("rows");
            foreach (PodTask task in tasks)
                TaskRows.Write(writer, task, columns);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
