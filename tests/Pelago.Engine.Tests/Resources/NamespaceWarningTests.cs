// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Tests.Server;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class NamespaceWarningTests(EngineFixture engine)
{
    private const string Merge = "application/merge-patch+json";

    [Fact]
    public async Task Whoever_sets_a_pod_security_level_is_told_that_it_is_not_enforced()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}";

        Answer plain = await engine.SendAsync("PATCH", path, """{"metadata":{"labels":{"a":"b"}}}""", Merge);
        Answer set = await engine.SendAsync("PATCH", path, """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""", Merge);
        Answer other = await engine.SendAsync("PATCH", path, """{"metadata":{"labels":{"a":"c"}}}""", Merge);
        Answer created = await engine.SendAsync("POST", "/api/v1/namespaces?dryRun=All",
            """{"metadata":{"name":"guarded","labels":{"pod-security.kubernetes.io/warn":"baseline"}}}""");

        Assert.Equal([0, 1, 0, 1], new[] { plain, set, other, created }.Select(answer => Warnings(answer).Length));
        Assert.Contains("does not enforce the pod security standards", Warnings(set)[0], StringComparison.Ordinal);
    }

    private static string[] Warnings(Answer answer) =>
        answer.Response.Headers.TryGetValues("Warning", out IEnumerable<string>? values) ? [.. values] : [];
}
