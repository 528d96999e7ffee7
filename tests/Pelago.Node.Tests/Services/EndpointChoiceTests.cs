// SPDX-License-Identifier: Apache-2.0

using System.Net;
using CsCheck;
using Pelago.Node.Services.Routing;
using Xunit;

namespace Pelago.Node.Tests.Services;

public sealed class EndpointChoiceTests
{
    private static readonly IPAddress Client = IPAddress.Parse("10.0.0.9");
    private readonly ManualTime _time = new();

    [Fact]
    public void Endpoints_take_turns_evenly()
    {
        EndpointChoice choice = Of(Endpoints(3), affinity: null);

        int[] counts = [.. Enumerable.Range(0, 30).Select(_ => choice.Choose(Client, [])!).GroupBy(endpoint => endpoint).Select(group => group.Count())];

        Assert.Equal([10, 10, 10], counts);
    }

    [Fact]
    public void Nobody_is_chosen_when_there_is_nobody_or_all_were_tried()
    {
        IPEndPoint[] endpoints = Endpoints(2);

        Assert.Null(Of([], null).Choose(Client, []));
        Assert.Null(Of(endpoints, null).Choose(Client, endpoints));
    }

    [Fact]
    public void One_that_failed_comes_last_until_it_is_forgiven()
    {
        IPEndPoint[] endpoints = Endpoints(3);
        EndpointChoice choice = Of(endpoints, null);

        choice.Failed(endpoints[1]);

        Assert.All(Enumerable.Range(0, 12), _ => Assert.NotEqual(endpoints[1], choice.Choose(Client, [])));
        Assert.Equal(endpoints[1], choice.Choose(Client, [endpoints[0], endpoints[2]]));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Contains(endpoints[1], Enumerable.Range(0, 3).Select(_ => choice.Choose(Client, [])));
    }

    [Fact]
    public void A_client_stays_with_its_endpoint_until_it_was_silent_too_long()
    {
        EndpointChoice choice = Of(Endpoints(5), TimeSpan.FromMinutes(1));
        IPEndPoint first = choice.Choose(Client, [])!;

        for (int i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(50));
            Assert.Equal(first, choice.Choose(Client, []));
        }
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.NotEqual(first, choice.Choose(Client, []));
    }

    [Fact]
    public void A_client_gets_another_endpoint_and_stays_there_when_its_own_is_gone()
    {
        IPEndPoint[] endpoints = Endpoints(4);
        EndpointChoice choice = Of(endpoints, TimeSpan.FromHours(3));
        IPEndPoint first = choice.Choose(Client, [])!;

        choice.Update([.. endpoints.Where(endpoint => !endpoint.Equals(first))], TimeSpan.FromHours(3));

        IPEndPoint second = choice.Choose(Client, [])!;
        Assert.NotEqual(first, second);
        Assert.Equal(second, choice.Choose(Client, []));
    }

    [Fact]
    public void Remembered_clients_are_bounded_and_the_longest_unseen_go_first()
    {
        EndpointChoice choice = Of(Endpoints(50), TimeSpan.FromHours(3));
        IPEndPoint known = choice.Choose(Client, [])!;
        for (uint i = 0; i < EndpointChoice.MaxClients * 2; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            choice.Choose(new IPAddress(i + 1), []);
            if (i % 500 == 0)
                Assert.Equal(known, choice.Choose(Client, []));
        }

        Assert.True(choice.RememberedClients <= EndpointChoice.MaxClients);
    }

    [Fact]
    public void Whatever_is_tried_and_has_failed_an_untried_endpoint_is_found_while_there_is_one() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 255], Gen.Int[0, 255], Gen.Bool).Sample((count, tried, failed, sticky) =>
        {
            IPEndPoint[] endpoints = Endpoints(count);
            EndpointChoice choice = Of(endpoints, sticky ? TimeSpan.FromHours(1) : null);
            IPEndPoint[] alreadyTried = [.. endpoints.Where((_, i) => (tried >> i & 1) == 1)];
            foreach (IPEndPoint endpoint in endpoints.Where((_, i) => (failed >> i & 1) == 1))
                choice.Failed(endpoint);

            IPEndPoint? chosen = choice.Choose(Client, alreadyTried);

            if (alreadyTried.Length == count)
                return chosen is null;
            bool anyHealthy = endpoints.Where((_, i) => ((tried | failed) >> i & 1) == 0).Any();
            return chosen is not null && !alreadyTried.Contains(chosen) && (!anyHealthy || (failed >> Array.IndexOf(endpoints, chosen) & 1) == 0);
        });

    private EndpointChoice Of(IPEndPoint[] endpoints, TimeSpan? affinity)
    {
        var choice = new EndpointChoice(_time);
        choice.Update(endpoints, affinity);
        return choice;
    }

    private static IPEndPoint[] Endpoints(int count) => [.. Enumerable.Range(1, count).Select(i => new IPEndPoint(IPAddress.Parse($"10.1.0.{i}"), 80))];
}
