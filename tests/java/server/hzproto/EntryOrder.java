package hzproto;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.Comparator;
import java.util.Map;

/** Orders entries by key or by value, upwards or downwards: for paging predicates. */
final class EntryOrder extends Identified
        implements Comparator<Map.Entry<Comparable<Object>, Comparable<Object>>>, Serializable {
    static final int ID = 30;
    private boolean byValue;
    private boolean descending;

    EntryOrder() {
        super(ID);
    }

    @Override
    public int compare(
            Map.Entry<Comparable<Object>, Comparable<Object>> one,
            Map.Entry<Comparable<Object>, Comparable<Object>> other) {
        int order = byValue ? one.getValue().compareTo(other.getValue()) : one.getKey().compareTo(other.getKey());
        return descending ? -order : order;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeBoolean(byValue);
        out.writeBoolean(descending);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        byValue = in.readBoolean();
        descending = in.readBoolean();
    }
}
