// SPDX-License-Identifier: Apache-2.0

using System.Text;
using k8s.Models;
using Pelago.Engine.Controllers;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class PodFailureRulesTests
{
    private const string Conditions = """[{"type":"Ready","status":"False"},{"type":"ConfigIssue","status":"True"},{"type":"DisruptionTarget","status":"True"}]""";

    [Theory]
    [InlineData("DisruptionTarget", null, true)]
    [InlineData("DisruptionTarget", "True", true)]
    [InlineData("DisruptionTarget", "False", false)]
    [InlineData("ConfigIssue", "True", true)]
    [InlineData("Ready", "False", true)]
    [InlineData("Ready", null, false)]
    [InlineData("Initialized", "True", false)]
    public void Rule_matches_any_condition_that_it_names_with_its_status(string type, string? status, bool matches)
    {
        string? failJob = PodFailureRules.Match(Policy(type, status), Read("Job")).FailJob;

        Assert.Equal(matches ? $"Pod ns/p has condition {type} matching FailJob rule at index 0" : null, failJob);
    }

    [Fact]
    public void Conditions_are_kept_of_the_pods_of_jobs_alone() =>
        Assert.Equal((3, 0), (Read("Job").Conditions.Count, Read("ReplicaSet").Conditions.Count));

    private static V1PodFailurePolicy Policy(string type, string? status) => new()
    {
        Rules =
        [
            new V1PodFailurePolicyRule { Action = "FailJob", OnPodConditions = [new V1PodFailurePolicyOnPodConditionsPattern { Type = type, Status = status! }] },
        ],
    };

    private static PodSummary Read(string owner) => new PodSummaryReader().Read(Encoding.UTF8.GetBytes($$"""
        {"metadata":{"name":"p","namespace":"ns","uid":"u","ownerReferences":[{"apiVersion":"batch/v1","kind":"{{owner}}","name":"sum","uid":"o","controller":true}]},
         "status":{"phase":"Failed","conditions":{{Conditions}}} }
        """));
}
