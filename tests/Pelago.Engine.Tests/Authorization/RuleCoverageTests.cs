// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Authorization;

public sealed class RuleCoverageTests
{
    [Theory]
    [InlineData("""{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}""", """{"apiGroups":["apps"],"resources":["deployments/scale"],"verbs":["get","*"]}""")]
    [InlineData("""{"apiGroups":["","apps"],"resources":["pods"],"verbs":["get","list"]}""", """{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}""", """{"apiGroups":[""],"resources":["pods"],"resourceNames":["a"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":["apps"],"resources":["*/scale"],"verbs":["get"]}""", """{"apiGroups":["apps"],"resources":["deployments/scale"],"verbs":["get"]}""")]
    [InlineData("""{"nonResourceURLs":["/apis/*"],"verbs":["get"]}""", """{"nonResourceURLs":["/apis/apps","/apis/*"],"verbs":["get"]}""")]
    public void Held_rules_cover_narrower_ones(string held, string wanted) => Assert.Empty(RuleCoverage.Missing(Rules(held), Rules(wanted)));

    [Theory]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"resourceNames":["a"],"verbs":["get"]}""", """{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}""", """{"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":["apps"],"resources":["*/scale"],"verbs":["get"]}""", """{"apiGroups":["apps"],"resources":["deployments"],"verbs":["get"]}""")]
    [InlineData("""{"nonResourceURLs":["/apis"],"verbs":["get"]}""", """{"nonResourceURLs":["/apis/*"],"verbs":["get"]}""")]
    public void Held_rules_do_not_cover_wider_ones(string held, string wanted) => Assert.Single(RuleCoverage.Missing(Rules(held), Rules(wanted)));

    [Fact]
    public void Missing_rules_are_told_one_resource_at_a_time_with_their_verbs()
    {
        IReadOnlyList<PolicyRule> missing = RuleCoverage.Missing(
            Rules("""{"apiGroups":[""],"resources":["pods"],"verbs":["watch"]}"""),
            Rules(
                """{"apiGroups":[""],"resources":["pods","nodes"],"verbs":["get","list"]},{"nonResourceURLs":["/x"],"verbs":["get"]},{"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["a","b"],"verbs":["*"]}"""));

        Assert.Equal(
            [
                """{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}""",
                """{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}""",
                """{APIGroups:["apps"], Resources:["deployments"], ResourceNames:["a"], Verbs:["*"]}""",
                """{APIGroups:["apps"], Resources:["deployments"], ResourceNames:["b"], Verbs:["*"]}""",
                """{NonResourceURLs:["/x"], Verbs:["get"]}""",
            ],
            missing.Select(rule => rule.ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>The property that escalation checks stand on: whoever lacks nothing gains nothing.</summary>
    [Fact]
    public void Nothing_is_allowed_by_covered_rules_that_the_held_ones_refuse()
    {
        Gen<string[]> Some(params string[] values) => Gen.OneOf(values).Array[1, 2];
        Gen<PolicyRule> rule = Gen.Select(
            Some("get", "list", "*"), Some("", "apps", "*"), Some("pods", "pods/log", "jobs/log", "*/log", "*"), Gen.OneOf("a", "b").Array[0, 2], Gen.Bool,
            Some("/a", "/a/b", "/a/*", "/a*", "*"))
            .Select((verbs, groups, resources, names, isPath, urls) => isPath
                ? new PolicyRule { Verbs = verbs, NonResourceUrls = urls }
                : new PolicyRule { Verbs = verbs, ApiGroups = groups, Resources = resources, ResourceNames = names });

        Gen.Select(rule.Array[0, 4], rule.Array[1, 2]).Sample((held, wanted) =>
        {
            if (RuleCoverage.Missing(held, wanted).Count > 0)
                return;
            foreach (AccessAttributes request in Everything())
                Assert.False(wanted.Any(one => one.Allows(in request)) && !held.Any(one => one.Allows(in request)), $"{request} by {string.Join(' ', wanted.AsEnumerable())}");
        });
    }

    private static IEnumerable<AccessAttributes> Everything()
    {
        UserInfo user = UserInfo.Anonymous;
        string[] verbs = ["get", "list", "delete"];
        foreach (string verb in verbs)
        {
            foreach (string path in (string[])["/a", "/a/", "/a/b", "/a/b/c", "/ab", "/b"])
                yield return new AccessAttributes(user, verb, Path: path);
            foreach (string group in (string[])["", "apps", "x"])
            {
                foreach ((string resource, string subresource) in ((string, string)[])[("pods", ""), ("pods", "log"), ("jobs", "log"), ("jobs", ""), ("pods", "exec")])
                {
                    foreach (string name in (string[])["", "a", "b", "c"])
                        yield return new AccessAttributes(user, verb, "ns", group, "v1", resource, subresource, name);
                }
            }
        }
    }

    private static IReadOnlyList<PolicyRule> Rules(string rules) =>
        PolicyRule.ReadAll(KubeJson.Parse(Encoding.UTF8.GetBytes($"[{rules}]")) as JsonArray);
}
