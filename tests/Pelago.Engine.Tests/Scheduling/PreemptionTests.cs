// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Scheduling;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public class PreemptionTests
{
    private readonly SchedulerDocuments _cluster = new();

    [Fact]
    public void The_node_with_the_least_important_victims_is_chosen()
    {
        _cluster.Node("a", cpu: "2");
        _cluster.Node("b", cpu: "2");
        _cluster.On("a", _cluster.Requesting("2", priority: 5));
        _cluster.On("b", _cluster.Requesting("1", priority: 1));
        _cluster.On("b", _cluster.Requesting("1", priority: 2));

        (PreemptionPlan? plan, _) = Find(_cluster.Requesting("2", priority: 10));

        Assert.Equal("b", plan!.Node.Name);
        Assert.Equal([2, 1], plan.Victims.Select(victim => victim.Priority));
    }

    [Fact]
    public void No_more_pods_leave_than_have_to()
    {
        _cluster.Node("a", cpu: "3");
        foreach (int priority in (int[])[1, 2, 3])
            _cluster.On("a", _cluster.Requesting("1", priority: priority));

        (PreemptionPlan? plan, _) = Find(_cluster.Requesting("1", priority: 10));

        Assert.Equal(1, Assert.Single(plan!.Victims).Priority);
    }

    [Fact]
    public void Messages_say_why_it_does_not_help()
    {
        _cluster.Node("a", cpu: "1");
        _cluster.Node("b", spec: """{"taints":[{"key":"k","effect":"NoSchedule"}]}""");
        _cluster.On("a", _cluster.Requesting("1", priority: 50));
        PodView pod = _cluster.Requesting("1", priority: 10);

        Diagnosis failure = _cluster.Placement.Decide(pod).Failure!;
        (PreemptionPlan? plan, string message) = Find(pod);

        Assert.Null(plan);
        Assert.Equal(
            "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {k: }. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
            failure.Message(message));
    }

    [Fact]
    public void Pods_that_never_preempt_do_not()
    {
        _cluster.Node("a", cpu: "1");
        _cluster.On("a", _cluster.Requesting("1"));
        PodView pod = _cluster.Pod("""{"priority":9,"preemptionPolicy":"Never","containers":[{"resources":{"requests":{"cpu":"1"}}}]}""");

        (PreemptionPlan? plan, string message) = Find(pod);

        Assert.Null(plan);
        Assert.Equal("not eligible due to preemptionPolicy=Never.", message);
    }

    [Fact]
    public void While_victims_are_leaving_nobody_else_has_to()
    {
        _cluster.Node("a", cpu: "1");
        PodView victim = _cluster.Requesting("1");
        _cluster.On("a", victim with { IsDeleting = true });
        PodView pod = _cluster.Requesting("1", priority: 9) with { NominatedNodeName = "a" };

        Assert.Equal("not eligible due to a terminating pod on the nominated node.", Find(pod).Message);
    }

    [Fact]
    public void Budgets_are_respected_where_there_is_a_choice()
    {
        _cluster.Node("a", cpu: "1");
        _cluster.Node("b", cpu: "1");
        const string Spec = """{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}""";
        _cluster.On("a", _cluster.Pod(Spec, """{"app":"guarded"}"""));
        _cluster.On("b", _cluster.Pod("{\"priority\":1," + Spec[1..], """{"app":"free"}"""));
        _cluster.State.Budgets.Set(DisruptionBudgets.Read(
            Encoding.UTF8.GetBytes("""{"metadata":{"name":"p","namespace":"default"},"spec":{"selector":{"matchLabels":{"app":"guarded"}}},"status":{"disruptionsAllowed":0}}""")));

        (PreemptionPlan? plan, _) = Find(_cluster.Requesting("1", priority: 9));

        Assert.Equal("b", plan!.Node.Name);
        Assert.Equal(0, plan.BudgetViolations);
    }

    private (PreemptionPlan? Plan, string Message) Find(PodView pod) =>
        new Preemption(_cluster.State, _cluster.Placement, new Random(1)).Find(pod, _cluster.Placement.Decide(pod).Failure!);
}
