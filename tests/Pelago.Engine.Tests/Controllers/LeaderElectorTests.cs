// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class LeaderElectorTests
{
    [Fact]
    public async Task One_leads_and_the_next_takes_over_when_it_lets_go()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await using EngineHost host = await EngineHost.StartAsync(new EngineOptions { PlainHttp = true, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, cancel);
        IKubeApi api = host.ApiFor("test");
        using var firstStops = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var secondStops = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var firstLeads = new TaskCompletionSource();
        var secondLeads = new TaskCompletionSource();

        Task first = Elector(api, "first").RunAsync(lead => Lead(firstLeads, lead), firstStops.Token);
        await firstLeads.Task.WaitAsync(cancel);
        Task second = Elector(api, "second").RunAsync(lead => Lead(secondLeads, lead), secondStops.Token);
        await Task.Delay(TimeSpan.FromMilliseconds(300), cancel);
        bool early = secondLeads.Task.IsCompleted;
        await firstStops.CancelAsync();
        await Record.ExceptionAsync(() => first);
        await secondLeads.Task.WaitAsync(TimeSpan.FromSeconds(60), cancel);
        await secondStops.CancelAsync();
        await Record.ExceptionAsync(() => second);

        Assert.False(early);
        ApiResult lease = await api.GetAsync(new ResourcePath(new GroupVersionResource("coordination.k8s.io", "v1", "leases"), "default", "work"), cancel);
        Assert.Equal(1, KubeObject.Parse(lease.BodyOrThrow()).Spec!.Integer("leaseTransitions"));
    }

    private static LeaderElector Elector(IKubeApi api, string identity) => new(
        api,
        new LeaderElectionOptions
        {
            Namespace = "default", LeaseName = "work", Identity = identity, LeaseDuration = TimeSpan.FromSeconds(5), RenewDeadline = TimeSpan.FromSeconds(3),
            RetryPeriod = TimeSpan.FromMilliseconds(50),
        },
        TimeProvider.System);

    private static Task Lead(TaskCompletionSource leads, CancellationToken cancel)
    {
        leads.TrySetResult();
        return Task.Delay(Timeout.Infinite, cancel);
    }
}
