// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>The selectable fields of Events, in the names of both API groups; the stored form is the core one.</summary>
internal static class EventFields
{
    public static readonly FieldIndex Index = new(
        new SelectableField("involvedObject.kind"), new SelectableField("involvedObject.namespace"),
        new SelectableField("involvedObject.name"), new SelectableField("involvedObject.uid"),
        new SelectableField("involvedObject.apiVersion"), new SelectableField("involvedObject.resourceVersion"),
        new SelectableField("involvedObject.fieldPath"),
        new SelectableField("regarding.kind", ["involvedObject.kind"]),
        new SelectableField("regarding.namespace", ["involvedObject.namespace"]),
        new SelectableField("regarding.name", ["involvedObject.name"]),
        new SelectableField("regarding.uid", ["involvedObject.uid"]),
        new SelectableField("regarding.apiVersion", ["involvedObject.apiVersion"]),
        new SelectableField("regarding.resourceVersion", ["involvedObject.resourceVersion"]),
        new SelectableField("regarding.fieldPath", ["involvedObject.fieldPath"]),
        new SelectableField("reason"),
        new SelectableField("reportingComponent"),
        new SelectableField("reportingController", ["reportingComponent"]),
        new SelectableField("source", ["source.component", "reportingComponent"]),
        new SelectableField("type"));
}
