// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Tests.Server;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

/// <summary>What is taken can be read, changed and deleted again, however odd it is.</summary>
public class ExtremeDocumentTests(EngineFixture engine)
{
    [Fact]
    public async Task A_document_is_either_refused_for_its_depth_or_goes_as_it_came()
    {
        string revisions = $"/apis/apps/v1/namespaces/{await engine.NamespaceAsync()}/controllerrevisions";
        int refused = 0;
        for (int depth = 85; depth <= 99; depth++)
        {
            string data = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "1" + new string('}', depth - 1);
            string body = $$$"""{"metadata":{"name":"deep-{{{depth}}}"},"revision":1,"data":{{{data}}}}""";

            Answer made = await engine.SendAsync("POST", revisions + "?fieldManager=t", body);

            if (made.Code != 201)
            {
                Assert.Equal(400, made.Code);
                Assert.Contains("nested deeper than 100 levels", made.Message, StringComparison.Ordinal);
                refused++;
                continue;
            }
            Assert.Equal(200, (await engine.SendAsync("GET", $"{revisions}?labelSelector=none")).Code);
            Assert.Equal(200, (await engine.SendAsync("DELETE", $"{revisions}/deep-{depth}")).Code);
        }

        Assert.InRange(refused, 1, 10);
    }

    [Fact]
    public async Task A_pod_with_a_grace_of_ages_is_deleted()
    {
        string core = $"/api/v1/namespaces/{await engine.NamespaceAsync()}", pods = core + "/pods";
        await engine.CreateAsync(core + "/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await engine.CreateAsync(pods, """{"metadata":{"name":"old"},"spec":{"nodeName":"none","terminationGracePeriodSeconds":9000000000000,"containers":[{"name":"c","image":"i"}]}}""");

        Assert.Equal(200, (await engine.SendAsync("DELETE", pods + "/old")).Code);
        Assert.Equal(200, (await engine.SendAsync("DELETE", pods + "/old?gracePeriodSeconds=0")).Code);
    }
}
