// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Tables;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Tables;

/// <summary>What tables show since 1.20, which <see cref="RealTablesTests"/> cannot see.</summary>
public class NewerTablesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"restartCount":3,"lastState":{"terminated":{"finishedAt":"2026-01-02T02:59:05Z"}}}""", "3 (5m ago)")]
    [InlineData("""{"restartCount":3}""", "3")]
    [InlineData("""{"restartCount":0,"lastState":{"terminated":{"finishedAt":"2026-01-02T02:59:05Z"}}}""", "0")]
    public void Restarts_say_when_the_last_one_was(string status, string expected) =>
        Assert.Equal(expected, Cell("pods", "Restarts", $$$"""{"status":{"containerStatuses":[ {{{status}}} ] } }"""));

    [Fact]
    public void The_latest_of_several_restarts_counts() => Assert.Equal("5 (60s ago)", Cell("pods", "Restarts", """
        {"status":{"containerStatuses":[
          {"restartCount":2,"lastState":{"terminated":{"finishedAt":"2026-01-02T03:03:05Z"}}},
          {"restartCount":3,"lastState":{"terminated":{"finishedAt":"2026-01-01T00:00:00Z"}}}]}}
        """));

    [Theory]
    [InlineData("""{"name":"side","started":true,"ready":true,"restartCount":1,"state":{"running":{}}}""", "2/2", "Running", "1")]
    [InlineData("""{"name":"side","started":true,"ready":false,"restartCount":1,"state":{"running":{}}}""", "1/2", "Running", "1")]
    [InlineData("""{"name":"side","started":false,"ready":false,"restartCount":1,"state":{"running":{}}}""", "0/2", "Init:0/1", "1")]
    public void Sidecars_count_as_containers_once_they_have_started(string side, string ready, string status, string restarts)
    {
        string pod = """
            {"spec":{"initContainers":[{"name":"side","restartPolicy":"Always"}],"containers":[{"name":"a"}]},
             "status":{"phase":"Running","initContainerStatuses":[SIDE],
               "containerStatuses":[{"name":"a","ready":true,"restartCount":0,"state":{"running":{}}}]}}
            """.Replace("SIDE", side, StringComparison.Ordinal);

        Assert.Equal([ready, status, restarts], new[] { Cell("pods", "Ready", pod), Cell("pods", "Status", pod), Cell("pods", "Restarts", pod) });
    }

    [Theory]
    [InlineData("""{"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}}""", "SchedulingGated")]
    [InlineData("""{"metadata":{"deletionTimestamp":"2026-01-02T03:04:05Z"},"status":{"phase":"Succeeded"}}""", "Succeeded")]
    [InlineData("""{"metadata":{"deletionTimestamp":"2026-01-02T03:04:05Z"},"status":{"phase":"Running"}}""", "Terminating")]
    [InlineData("""{}""", "")]
    public void Pods_say_what_they_are_doing(string pod, string status) => Assert.Equal(status, Cell("pods", "Status", pod));

    [Theory]
    [InlineData("""{"status":{"conditions":[{"type":"Complete","status":"True"}]}}""", "Complete")]
    [InlineData("""{"status":{"conditions":[{"type":"Failed","status":"True"},{"type":"FailureTarget","status":"True"}]}}""", "Failed")]
    [InlineData("""{"metadata":{"deletionTimestamp":"x"},"status":{"conditions":[{"type":"Suspended","status":"True"}]}}""", "Terminating")]
    [InlineData("""{"status":{"conditions":[{"type":"Suspended","status":"True"}]}}""", "Suspended")]
    [InlineData("""{"status":{"conditions":[{"type":"FailureTarget","status":"True"}]}}""", "FailureTarget")]
    [InlineData("""{"status":{"conditions":[{"type":"Complete","status":"False"}]}}""", "Running")]
    public void Jobs_say_what_they_are_doing(string job, string status) => Assert.Equal(status, Cell("jobs.batch", "Status", job));

    [Theory]
    [InlineData("""{"status":{}}""", "")]
    [InlineData("""{"status":{"startTime":"2026-01-02T03:00:00Z"}}""", "4m5s")]
    [InlineData("""{"status":{"startTime":"2026-01-02T03:00:00Z","completionTime":"2026-01-02T03:00:30Z"}}""", "30s")]
    public void Jobs_say_how_long_they_took(string job, string duration) => Assert.Equal(duration, Cell("jobs.batch", "Duration", job));

    [Theory]
    [InlineData("pods", "IP", """{"status":{"podIP":"10.0.0.1"}}""", "10.0.0.1")]
    [InlineData("services", "Cluster-IP", """{"spec":{"clusterIPs":["10.0.0.1","fd00::1"]}}""", "10.0.0.1")]
    [InlineData("cronjobs.batch", "Timezone", """{"spec":{"timeZone":"Europe/Berlin"}}""", "Europe/Berlin")]
    [InlineData("cronjobs.batch", "Timezone", """{}""", "<none>")]
    [InlineData("persistentvolumeclaims", "VolumeAttributesClass", """{}""", "<unset>")]
    [InlineData("persistentvolumes", "Access Modes", """{"spec":{"accessModes":["ReadWriteOncePod"]}}""", "RWOP")]
    [InlineData("certificatesigningrequests.certificates.k8s.io", "RequestedDuration", """{"spec":{"expirationSeconds":3600}}""", "60m")]
    [InlineData("certificatesigningrequests.certificates.k8s.io", "Condition", """{"status":{"conditions":[{"type":"Approved"}],"certificate":"x"}}""", "Approved,Issued")]
    [InlineData("certificatesigningrequests.certificates.k8s.io", "Condition", """{"status":{"conditions":[{"type":"Denied"},{"type":"Failed"}]}}""", "Denied,Failed")]
    [InlineData("horizontalpodautoscalers.autoscaling", "Targets",
        """{"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":80}}}]},"status":{"currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":12}}}]}}""", "cpu: 12%/80%")]
    [InlineData("horizontalpodautoscalers.autoscaling", "Targets",
        """{"spec":{"metrics":[{"type":"ContainerResource","containerResource":{"name":"cpu","target":{}}}]}}""", "cpu: <unknown>/<auto>")]
    [InlineData("horizontalpodautoscalers.autoscaling", "Targets",
        """{"spec":{"metrics":[{"type":"Object","object":{"target":{"value":"2k"}}}]},"status":{"currentMetrics":[{"object":{"current":{"value":"1500"}}}]}}""", "1500/2k")]
    [InlineData("horizontalpodautoscalers.autoscaling", "Targets", """{"spec":{"metrics":[{"type":"New"}]}}""", "<unknown type>")]
    [InlineData("validatingadmissionpolicies.admissionregistration.k8s.io", "ParamKind", """{"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"}}}""", "v1/ConfigMap")]
    [InlineData("validatingadmissionpolicybindings.admissionregistration.k8s.io", "ParamRef", """{"spec":{"paramRef":{"name":"p"}}}""", "*/p")]
    [InlineData("validatingadmissionpolicybindings.admissionregistration.k8s.io", "ParamRef", """{"spec":{"paramRef":{"name":"p","namespace":"n"}}}""", "n/p")]
    [InlineData("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "NominalConcurrencyShares", """{"spec":{"limited":{"nominalConcurrencyShares":30}}}""", "30")]
    [InlineData("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "Queues", """{"spec":{"limited":{}}}""", "<none>")]
    [InlineData("csidrivers.storage.k8s.io", "TokenRequests", """{"spec":{"tokenRequests":[{"audience":"a"},{"audience":"b"}]}}""", "a,b")]
    [InlineData("csidrivers.storage.k8s.io", "AttachRequired", """{}""", "true")]
    [InlineData("csistoragecapacities.storage.k8s.io", "Capacity", """{"capacity":"1024Mi"}""", "1Gi")]
    [InlineData("apiservices.apiregistration.k8s.io", "Available",
        """{"status":{"conditions":[{"type":"Available","status":"False","reason":"ServiceNotFound"}]}}""", "False (ServiceNotFound)")]
    [InlineData("componentstatuses", "Status", """{"conditions":[{"type":"Healthy","status":"False"}]}""", "Unhealthy")]
    [InlineData("scales.autoscaling", "Desired", """{"spec":{"replicas":3}}""", "3")]
    public void Cells_show(string kind, string column, string item, string expected) => Assert.Equal(expected, Cell(kind, column, item));

    [Fact]
    public void Any_document_makes_a_row_in_every_table()
    {
        foreach (string document in new[] { "{}", """{"metadata":[],"spec":1,"status":"x"}""", """{"metadata":{"name":7,"labels":3},"spec":{"containers":[1,null],"ports":{},"metrics":[null]},"status":{"conditions":{}}}""" })
        {
            foreach (string key in BuiltInTables.Keys)
            {
                TablePrinter printer = BuiltInTables.For(key);
                Assert.Equal(printer.Columns.Count, printer.Cells(Printed(document)).Length);
                Assert.Null(printer.Condition(Printed(document)));
            }
        }
    }

    private static string Cell(string kind, string column, string item)
    {
        TablePrinter printer = BuiltInTables.For(kind);
        int index = printer.Columns.ToList().FindIndex(candidate => candidate.Name == column);
        return printer.Cells(Printed(item))[index].ToString();
    }

    private static PrintedObject Printed(string json) => new((JsonObject)KubeJson.Parse(Encoding.UTF8.GetBytes(json))!, Now);
}
