// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Pelago.Hub.Page.Streams.Columns;
using Xunit;

namespace Pelago.Hub.Tests.Page.Streams;

public sealed class ColumnTests
{
    private const string Pod = """
        {"metadata":{"name":"web","namespace":"shop","labels":{"app.kubernetes.io/name":"w\u00e4b"}},
         "spec":{"initContainers":[{"name":"i","resources":{"requests":{"cpu":"2"}}},{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"100m"}}}],
                 "containers":[{"name":"a","resources":{"requests":{"cpu":"500m","memory":"1Gi"}}},{"name":"b","resources":{"requests":{"memory":"512Mi"}}}]},
         "status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"},{"type":"PodScheduled","status":"True"}],
                   "initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"s","restartCount":1,"started":true,"state":{"running":{}}}],
                   "containerStatuses":[{"name":"a","ready":true,"restartCount":2,"state":{"running":{}}},
                                        {"name":"b","ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}
        """;

    [Theory]
    [InlineData(".metadata.name", "\"web\"")]
    [InlineData(".metadata.labels['app.kubernetes.io/name']", "\"w\\u00e4b\"")]
    [InlineData(".metadata.labels", "{\"app.kubernetes.io/name\":\"w\u00e4b\"}")]
    [InlineData(".status.conditions[?(@.type==\"PodScheduled\")].status", "\"True\"")]
    [InlineData(".status.conditions[0].type", "\"Ready\"")]
    [InlineData(".status.conditions[9].type", "null")]
    [InlineData(".spec.nothing.at.all", "null")]
    [InlineData(".spec.containers[*].name", "[\"a\",\"b\"]")]
    [InlineData("first(.spec.containers[*].name)", "\"a\"")]
    [InlineData("count(.spec.containers[*])", "2")]
    [InlineData("sum(.status.containerStatuses[*].restartCount)", "5")]
    [InlineData("cpu(.spec.containers[*].resources.requests.cpu)", "0.5")]
    [InlineData("bytes(.spec.containers[*].resources.requests.memory)", "1610612736")]
    [InlineData("pod.status()", "\"CrashLoopBackOff\"")]
    [InlineData("pod.state()", "\"Running\"")]
    [InlineData("pod.ready()", "\"1/2\"")]
    [InlineData("pod.restarts()", "6")]
    [InlineData("pod.cpu()", "2")]
    [InlineData("pod.memory()", "1610612736")]
    public void A_column_says_what_its_expression_means(string text, string expected)
    {
        Assert.True(Column.TryParse(text, out Column? column, out string? error), error);
        using var document = JsonDocument.Parse(Pod);

        Assert.Equal(expected, Encoding.UTF8.GetString(column.Of(document.RootElement, [])));
    }

    [Theory]
    [InlineData("metadata.name")]
    [InlineData(".a[")]
    [InlineData(".a[x]")]
    [InlineData(".a[-1]")]
    [InlineData(".a[?(@.b=c)]")]
    [InlineData("")]
    [InlineData("exec(.a)")]
    [InlineData("nothing()")]
    [InlineData(".a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a")]
    public void What_is_none_is_refused(string text) => Assert.False(Column.TryParse(text, out _, out _));

    [Fact]
    public void A_document_over_several_lines_becomes_one()
    {
        Assert.True(Column.TryParse("object()", out Column? column, out _));
        using var document = JsonDocument.Parse("{\n \"a\": [1,\n 2]}");

        Assert.Equal("{\"a\":[1,2]}", Encoding.UTF8.GetString(column.Of(document.RootElement, [])));
    }

    [Theory]
    [InlineData("""{"status":{"phase":"Pending"},"metadata":{}}""", "Pending")]
    [InlineData("""{"status":{"phase":"Running"},"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}""", "Terminating")]
    [InlineData("""{"status":{"phase":"Failed","reason":"Evicted"}}""", "Evicted")]
    [InlineData("""{"spec":{"initContainers":[{},{}]},"status":{"phase":"Pending","initContainerStatuses":[{"state":{"terminated":{"exitCode":0}}},{"state":{"running":{}}}]}}""", "Init:1/2")]
    [InlineData("""{"status":{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}}""", "ExitCode:3")]
    [InlineData("""{"status":{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}}""", "Completed")]
    public void The_status_of_a_pod_is_kubectls_word(string pod, string expected)
    {
        using var document = JsonDocument.Parse(pod);

        Assert.Equal(expected, PodStatusWord.Of(document.RootElement));
    }
}
