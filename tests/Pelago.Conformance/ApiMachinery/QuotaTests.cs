// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class QuotaTests(TestCluster cluster) : ApiTest(cluster)
{
    private async Task LimitAsync(string hard, string rest = "")
    {
        (await Api.PostAsync(Path("resourcequotas"), $$$"""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{{{hard}}}{{{rest}}}} }""")).Expect(201);
        await Until(async () => (await Api.GetAsync(Path("resourcequotas", "q"))).Json["status"]?["used"] is not null, "the quota is counted");
    }

    private Task UsedAsync(string what, string amount) =>
        Until(async () => (await Api.GetAsync(Path("resourcequotas", "q"))).Json["status"]!["used"]![what]?.GetValue<string>() == amount, $"{what} used is {amount}");

    private static string Pod(string name, string resources = "{}") =>
        $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"nowhere","terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"i","resources":{{{resources}}}}]}}""";

    [Fact]
    public async Task Settings_are_counted_and_released()
    {
        await LimitAsync("""{"secrets":"50"}""");
        int before = int.Parse((await Api.GetAsync(Path("resourcequotas", "q"))).Json["status"]!["used"]!["secrets"]!.GetValue<string>());

        (await Api.PostAsync(Path("secrets"), """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}""")).Expect(201);
        await UsedAsync("secrets", $"{before + 1}");
        await Api.DeleteAsync(Path("secrets", "s"));
        await UsedAsync("secrets", $"{before}");
    }

    [Fact]
    public async Task Pods_beyond_the_quota_are_forbidden_with_the_sums()
    {
        await LimitAsync("""{"pods":"2","requests.cpu":"1"}""");
        (await Api.PostAsync(Path("pods"), Pod("one", """{"requests":{"cpu":"600m"}}"""))).Expect(201);

        RawAnswer tooMuch = await Api.PostAsync(Path("pods"), Pod("two", """{"requests":{"cpu":"500m"}}"""));
        RawAnswer unsaid = await Api.PostAsync(Path("pods"), Pod("three"));

        Assert.Equal(403, tooMuch.Code);
        Assert.Equal("pods \"two\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1", tooMuch.Message);
        Assert.Equal(403, unsaid.Code);
        Assert.Contains("failed quota: q: must specify requests.cpu", unsaid.Message, StringComparison.Ordinal);
        await Api.DeleteAsync(Path("pods", "one"), """{"gracePeriodSeconds":0}""");
        await UsedAsync("requests.cpu", "0");
    }

    [Fact]
    public async Task Many_at_once_do_not_pass_the_quota()
    {
        // One that is made while the quota is counted for the first time may be missed by it: that is no create past the quota.
        await RootCertificateAsync();
        await LimitAsync("""{"count/configmaps":"10"}""");

        RawAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Api.PostAsync(Path("configmaps"), ConfigMap($"c{i}"))));

        int made = (await Api.GetAsync(Path("configmaps"))).Json["items"]!.AsArray().Count;
        Assert.InRange(made, 1, 10);
        Assert.Contains(answers, answer => answer.Code == 403);
    }

    [Theory]
    [InlineData("Terminating", true)]
    [InlineData("NotTerminating", false)]
    public async Task Scopes_count_only_what_they_cover(string scope, bool covers)
    {
        await LimitAsync("""{"pods":"5"}""", $$$""","scopes":["{{{scope}}}"]""");

        (await Api.PostAsync(Path("pods"), Pod("one").Replace("\"nodeName\"", "\"activeDeadlineSeconds\":3600,\"nodeName\"", StringComparison.Ordinal))).Expect(201);

        await UsedAsync("pods", covers ? "1" : "0");
    }

    [Fact]
    public async Task Status_can_be_patched_and_the_spec_changed()
    {
        await LimitAsync("""{"pods":"2"}""");

        RawAnswer changed = await Api.PatchAsync(Path("resourcequotas", "q"), "merge-patch+json", """{"spec":{"hard":{"pods":"7"}}}""");

        Assert.Equal("7", changed.Expect(200).Json["spec"]!["hard"]!["pods"]!.GetValue<string>());
        await Until(async () => (await Api.GetAsync(Path("resourcequotas", "q"))).Json["status"]!["hard"]!["pods"]!.GetValue<string>() == "7", "the status follows");
    }

    [Theory]
    [InlineData("configmaps", "configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}""")]
    [InlineData("services", "services", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"spec":{"ports":[{"port":80}]}}""")]
    [InlineData("replicationcontrollers", "replicationcontrollers", """{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"x"},"spec":{"replicas":0,"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")]
    [InlineData("count/replicasets.apps", "apps/v1/replicasets", """{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"x"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")]
    public async Task Life_of_an_object_is_in_the_count(string counted, string resource, string document)
    {
        await RootCertificateAsync();
        await LimitAsync($$"""{"{{counted}}":"50"}""");
        int before = int.Parse((await Api.GetAsync(Path("resourcequotas", "q"))).Json["status"]!["used"]![counted]!.GetValue<string>());

        (await Api.PostAsync(Path(resource), document)).Expect(201);
        await UsedAsync(counted, $"{before + 1}");
        (await Api.DeleteAsync(Path(resource, "x"))).Expect(200);
        await UsedAsync(counted, $"{before}");
    }

    [Theory]
    [InlineData("BestEffort", "1", "0")]
    [InlineData("NotBestEffort", "0", "1")]
    public async Task Best_effort_scope_counts_pods_without_requests(string scope, string without, string with)
    {
        await LimitAsync("""{"pods":"5"}""", $$$""","scopes":["{{{scope}}}"]""");

        (await Api.PostAsync(Path("pods"), Pod("one"))).Expect(201);
        await UsedAsync("pods", without);
        await Api.DeleteAsync(Path("pods", "one"), """{"gracePeriodSeconds":0}""");
        (await Api.PostAsync(Path("pods"), Pod("two", """{"requests":{"cpu":"1m","memory":"1Mi"},"limits":{"cpu":"1m","memory":"1Mi"}}"""))).Expect(201);
        await UsedAsync("pods", with);
    }

    [Fact]
    public async Task Status_subresource_takes_hard_limits_and_leaves_the_spec()
    {
        await LimitAsync("""{"pods":"2"}""");

        RawAnswer patched = await Api.PatchAsync(Path("resourcequotas", "q/status"), "merge-patch+json", """{"spec":{"hard":{"pods":"9"}},"status":{"hard":{"pods":"3"}}}""");

        Assert.Equal("2", patched.Expect(200).Json["spec"]!["hard"]!["pods"]!.GetValue<string>());
        Assert.Equal("3", patched.Json["status"]!["hard"]!["pods"]!.GetValue<string>());
    }

    [Fact]
    public async Task Resources_of_a_counted_pod_cannot_grow()
    {
        await LimitAsync("""{"pods":"2","requests.cpu":"1"}""");
        (await Api.PostAsync(Path("pods"), Pod("one", """{"requests":{"cpu":"600m"}}"""))).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Path("pods", "one"), "strategic-merge-patch+json", """{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"700m"}}}]}}""");

        Assert.Contains(answer.Code, new[] { 403, 422 });
    }
}
