package hzproto;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.nio.serialization.genericrecord.GenericRecord;
import java.io.IOException;
import java.util.Map;

/** Makes the classes for objects whose own classes members do not have: for members from 5.2 on. */
public class RecordClasses implements DataSerializableFactory {
    static final int FACTORY_ID = 902;

    @Override
    public IdentifiedDataSerializable create(int classId) {
        return classId == AddToField.ID ? new AddToField() : null;
    }

    /** Adds to a field, an integer of 32 bits, of a compact object or a Portable, and returns the sum. */
    static final class AddToField implements IdentifiedDataSerializable, EntryProcessor<Object, GenericRecord, Object> {
        static final int ID = 1;
        private String field;
        private int number;

        @Override
        public Object process(Map.Entry<Object, GenericRecord> entry) {
            GenericRecord value = entry.getValue();
            int sum = value.getInt32(field) + number;
            entry.setValue(value.newBuilderWithClone().setInt32(field, sum).build());
            return sum;
        }

        @Override
        public int getFactoryId() {
            return FACTORY_ID;
        }

        @Override
        public int getClassId() {
            return ID;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(field);
            out.writeInt(number);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            field = in.readString();
            number = in.readInt();
        }
    }
}
