// SPDX-License-Identifier: Apache-2.0

using System.Text;
using k8s.Models;
using Pelago.Client;
using Pelago.Node.Pods;
using Xunit;

namespace Pelago.Node.Tests.Pods;

public sealed class PodChangeTests
{
    private const string Metadata = """ "name":"web","labels":{"app":"web"},"annotations":{"note":"one"} """;
    private const string Spec = """ "containers":[{"name":"main","image":"a:1"}] """;

    [Fact]
    public void A_status_and_a_version_are_no_news() =>
        Assert.False(PodChange.IsNews(Pod(Metadata, Spec), Pod(Metadata + ",\"resourceVersion\":\"7\"", Spec, "Running")));

    [Theory]
    [InlineData(""" "name":"web","labels":{"app":"web"},"annotations":{"note":"two"} """, Spec)]
    [InlineData(""" "name":"web","labels":{"app":"web"},"annotations":{} """, Spec)]
    [InlineData(""" "name":"web","labels":{"app":"web","more":"yes"},"annotations":{"note":"one"} """, Spec)]
    [InlineData(Metadata + ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"", Spec)]
    [InlineData(Metadata + ",\"deletionGracePeriodSeconds\":5", Spec)]
    [InlineData(Metadata, """ "containers":[{"name":"main","image":"a:2"}] """)]
    [InlineData(Metadata, Spec + ",\"ephemeralContainers\":[{\"name\":\"debug\",\"image\":\"b:1\"}]")]
    [InlineData(Metadata, Spec + ",\"activeDeadlineSeconds\":9")]
    public void What_concerns_the_node_is_news(string metadata, string spec) => Assert.True(PodChange.IsNews(Pod(Metadata, Spec), Pod(metadata, spec)));

    private static V1Pod Pod(string metadata, string spec, string phase = "Pending") =>
        ModelJson.DecodeLean<V1Pod>(Encoding.UTF8.GetBytes($$$"""{"metadata":{{{{metadata}}}},"spec":{{{{spec}}}},"status":{"phase":"{{{phase}}}"} }"""));
}
