package hzproto;

import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;

/** Makes every class that members run for clients. */
public class ServerClasses implements DataSerializableFactory {
    static final int FACTORY_ID = 900;

    @Override
    public IdentifiedDataSerializable create(int classId) {
        return switch (classId) {
            case Processors.Add.ID -> new Processors.Add();
            case Processors.Set.ID -> new Processors.Set();
            case Processors.Fail.ID -> new Processors.Fail();
            case Tasks.Echo.ID -> new Tasks.Echo();
            case Tasks.Append.ID -> new Tasks.Append();
            case Tasks.MemberUuid.ID -> new Tasks.MemberUuid();
            case Tasks.Sleep.ID -> new Tasks.Sleep();
            case Tasks.Fail.ID -> new Tasks.Fail();
            case Tasks.AddToMap.ID -> new Tasks.AddToMap();
            case Tasks.OwnsKey.ID -> new Tasks.OwnsKey();
            case Tasks.StoredValue.ID -> new Tasks.StoredValue();
            case Tasks.Sample.ID -> new Tasks.Sample();
            case Functions.AddNumber.ID -> new Functions.AddNumber();
            case Functions.AppendText.ID -> new Functions.AppendText();
            case Functions.StartsWith.ID -> new Functions.StartsWith();
            case Functions.AddToValue.ID -> new Functions.AddToValue();
            case EntryOrder.ID -> new EntryOrder();
            case PrefixInterceptor.ID -> new PrefixInterceptor();
            default -> null;
        };
    }
}
